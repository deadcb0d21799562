"""The sample app: a relying party as anybody would write it, over the public endpoints of a tenant.

It shares nothing with the tenants: it knows an origin, an issuer, a client id and a secret.
"""
