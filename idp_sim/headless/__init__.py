"""Signing in without a browser: a person who answers the very questions that the pages ask."""
