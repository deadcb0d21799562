"""Homes that are SAML 2.0 identity providers: metadata, single sign-on and single logout under ``/saml``."""
