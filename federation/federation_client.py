"""The one first-party application of every Entra-kind tenant, by which resource tenants send people home.

Names only, so that what merely mentions it need not load the protocol
(docs/decisions/0005-messages-between-tenants.md).
"""

FEDERATION_CLIENT_ID = "5f0b3a52-8b4e-5d0e-9a39-2f1d8c7e6b10"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#: Claims of the home's token beyond the standard ones: what was done at home, and for whom it was issued.
METHODS_CLAIM = "authentication_methods"
RESOURCE_TENANT_CLAIM = "resource_tid"
GROUPS_CLAIM = "home_groups"
#: Parameters of its requests: the authentication strengths to meet (a JSON array of arrays of combinations, one of
#: each must be used), and that the person will have no object in the resource tenant (B2B direct connect).
STRENGTHS_PARAMETER = "resource_strengths"
DIRECT_CONNECT_PARAMETER = "resource_direct_connect"
