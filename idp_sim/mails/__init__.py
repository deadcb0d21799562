"""Texts of the mails that tenants send; pure functions from values to a subject, a text and HTML."""
