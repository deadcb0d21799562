"""Tenants: their record and the addresses of their endpoints (pure)."""
