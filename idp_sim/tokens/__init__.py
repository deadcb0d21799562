"""Claims and lifetimes of the tokens that Entra-kind tenants issue (pure)."""
