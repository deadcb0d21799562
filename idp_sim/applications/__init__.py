"""Application registrations, service principals, consent and app roles: records and rules (pure)."""
