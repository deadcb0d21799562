"""Entra-kind tenants as OpenID Provider: documents, token endpoint, userinfo, probes. No pages here."""
