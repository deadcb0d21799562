"""People and invitations of a tenant: records and rules (pure)."""
