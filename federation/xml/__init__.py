"""The one room where XML from outside is opened, signed, verified, encrypted and decrypted.

SAML 2.0, SAML 1.1 under WS-Federation and metadata all come through here. lxml and python-xmlsec are imported
inside functions: no start-up pays for them.
"""
