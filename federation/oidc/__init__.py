"""OpenID Connect and OAuth 2.0 wire formats and checks (Entra's dialect), without I/O."""
