"""The edge of Google-kind home tenants: documents, token endpoint and userinfo at Google's paths."""
