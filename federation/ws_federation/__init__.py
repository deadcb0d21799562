"""WS-Federation passive requestor profile with SAML 1.1 assertions, as AD FS and Entra speak it."""
