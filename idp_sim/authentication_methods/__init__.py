"""How people can prove who they are at a tenant: which methods exist, who has registered what, what a tenant allows."""
