"""Homes that imitate AD FS: passive endpoint, federation metadata, and what goes with them under ``/adfs``."""
