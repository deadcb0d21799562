"""Names that stand for several applications in a policy (entra-sign-in 9.4): client ids that are published."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Word in ``includeApplications`` -> client ids of the imitated product's applications.
APPLICATION_GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Office365": (
            "00000002-0000-0ff1-ce00-000000000000",  # Exchange Online
            "00000003-0000-0ff1-ce00-000000000000",  # SharePoint Online
            "1fec8e78-bce4-4aaf-ab1b-5451cc387264",  # Teams client
            "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe",  # Teams services
            "4765445b-32c6-49b0-83e6-1d93765276ca",  # Office portal
            "c9a559d2-7aab-4f13-a6ed-e7e9c52aec87",  # Forms
            "09abbdfd-ed23-44ee-a2d9-a627aa1c90f3",  # Planner
            "00000005-0000-0ff1-ce00-000000000000",  # Yammer
        ),
        "MicrosoftAdminPortals": (
            "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",  # Azure portal
            "00000006-0000-0ff1-ce00-000000000000",  # Microsoft 365 admin centre
            "497effe9-df71-4043-a8bb-14cf78c4b63b",  # Exchange admin centre
            "80ccca67-54bd-44ab-8625-4b79c4dc7775",  # Security and compliance portals
        ),
    }
)
