"""The phones of the simulated people, as a page: authenticator codes; text messages and approvals when they exist."""
