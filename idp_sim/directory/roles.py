"""Template ids of the built-in directory roles, as they stand in ``wids`` and role assignments (graph-api 15.3)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
USER_ADMINISTRATOR = "fe930be7-5e62-47db-91af-98c3a49a38b1"
GUEST_INVITER = "95e79109-95c0-4d8e-aee3-d01accf2d47b"

#: What ``wids`` holds for ordinary members beside their roles (graph-api 15.3, general knowledge).
ORDINARY_MEMBER = "b79fbf4d-3ef9-4689-8143-76b194e85509"

ROLE_TEMPLATE_IDS: Mapping[str, str] = MappingProxyType(
    {
        "Application Administrator": "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
        "Application Developer": "cf1c38e5-3621-4004-a7cb-879624dced7c",
        "Authentication Administrator": "c4e39bd9-1100-46d3-8c65-fb160da0071f",
        "Authentication Policy Administrator": "0526716b-113d-4c15-b2c8-68e3c22b9f80",
        "Cloud Application Administrator": "158c047a-c907-4556-b7ef-446551a6b5f7",
        "Conditional Access Administrator": "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9",
        "Directory Readers": "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",
        "Directory Writers": "9360feb5-f418-4baa-8175-e2a00bac4301",
        "Domain Name Administrator": "8329153b-31d0-4727-b945-745eb3bc5f31",
        "External ID User Flow Administrator": "6e591065-9bad-43ed-90f3-e9424366d2f0",
        "External ID User Flow Attribute Administrator": "0f971eea-41eb-4569-a71e-57bb8a3eff1e",
        "External Identity Provider Administrator": "be2f45a1-457d-42af-a067-6ec1fa63bc45",
        "Global Administrator": GLOBAL_ADMINISTRATOR,
        "Global Reader": "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
        "Groups Administrator": "fdd7a751-b60b-444a-984c-02652fe8fa1c",
        "Guest Inviter": GUEST_INVITER,
        "Helpdesk Administrator": "729827e3-9c14-49f7-bb1b-9608f156bbb8",
        "Hybrid Identity Administrator": "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2",
        "Identity Governance Administrator": "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e",
        "License Administrator": "4d6ac14f-3453-41d0-bef9-a3e0c569773a",
        "Lifecycle Workflows Administrator": "59d46f88-662b-457b-bceb-5c3809e5908f",
        "Organizational Branding Administrator": "92ed04bf-c94a-4b82-9729-b799a7a4c178",
        "Privileged Authentication Administrator": "7be44c8a-adaf-4e2a-84d6-ab2649e08a13",
        "Privileged Role Administrator": "e8611ab8-c189-46e8-94e1-60213ab1f814",
        "Reports Reader": "4a5d8f65-41da-4de4-8968-e035b65339cf",
        "Security Administrator": "194ae4cb-b126-40b2-bd5b-6091b380977d",
        "Security Reader": "5d6b6bb7-de71-4623-b4af-96380a352509",
        "Tenant Creator": "112ca1a2-15ad-4102-995e-45b0bc479a6a",
        "User Administrator": USER_ADMINISTRATOR,
    }
)

#: Roles that count as "administrators" where inviting is restricted (entra-sign-in 2.11).
INVITATION_ADMINISTRATORS = frozenset((GLOBAL_ADMINISTRATOR, USER_ADMINISTRATOR))
#: Roles that may have somebody redeem anew, or invite a user who is here already (entra-sign-in 2.8).
REDEMPTION_ADMINISTRATORS = INVITATION_ADMINISTRATORS | {ROLE_TEMPLATE_IDS["Helpdesk Administrator"]}
