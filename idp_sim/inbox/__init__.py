"""Captured mail as pages: the list with search, and one message as its reader sees it."""
