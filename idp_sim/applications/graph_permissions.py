"""Permissions of Microsoft Graph with their well-known ids (graph-api 8.2).

Delegated ids are scopes of the Graph application, application ids its app roles. The catalogue is the
whole of the reference's, so that consent and app registrations can name what the simulator does not serve.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from idp_sim.applications.model import AppRole

# name, id as delegated permission, id as application permission
_ROWS: tuple[tuple[str, str | None, str | None], ...] = (
    ("openid", "37f7f235-527c-4136-accd-4a02d197296e", None),
    ("profile", "14dad69e-099b-42c9-810b-d002981feec1", None),
    ("email", "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0", None),
    ("offline_access", "7427e0e9-2fba-42fe-b0c0-848c9e6a8182", None),
    ("AccessReview.Read.All", "ebfcd32b-babb-40f4-a14b-42706e83bd28", "d07a8cc0-3d51-4b77-b3b0-32704d1f69fa"),
    (
        "AccessReview.ReadWrite.All",
        "e4aa47b9-9a69-4109-82ed-36ec70d85ff1",
        "ef5f7d5c-338f-44b0-86c3-351f46c8bb5f",
    ),
    (
        "AdministrativeUnit.Read.All",
        "3361d15d-be43-4de6-b441-3c746d05163d",
        "134fd756-38ce-4afd-ba33-e9623dbe66c2",
    ),
    (
        "AdministrativeUnit.ReadWrite.All",
        "7b8a2d34-6b3f-4542-a343-54651608ad81",
        "5eb59dd3-1da2-4329-8733-9dabdc435916",
    ),
    ("Agreement.Read.All", "af2819c9-df71-4dd3-ade7-4d7c9dc653b7", "2f3e6f8c-093b-4c57-a58b-ba5ce494a169"),
    (
        "Agreement.ReadWrite.All",
        "ef4b5d93-3104-4664-9053-a5c49ab44218",
        "c9090d00-6101-42f0-a729-c41074260d47",
    ),
    ("AgreementAcceptance.Read", "0b7643bb-5336-476f-80b5-18fbfbc91806", None),
    ("AgreementAcceptance.Read.All", "a66a5341-e66e-4897-9d52-c2df58c2bfb9", None),
    (
        "APIConnectors.ReadWrite.All",
        "c67b52c5-7c69-48b6-9d48-7b3af3ded914",
        "1dfe531a-24a6-4f1b-80f4-7a0dc5a0a171",
    ),
    ("Application.Read.All", "c79f8feb-a9db-4090-85f9-90d820caa0eb", "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30"),
    (
        "Application.ReadWrite.All",
        "bdfbf15f-ee85-4955-8675-146e8e5296b5",
        "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
    ),
    ("Application.ReadWrite.OwnedBy", None, "18a4783c-866b-4cc7-a460-3d5e5662c884"),
    (
        "AppRoleAssignment.ReadWrite.All",
        "84bccea3-f856-4a8a-967b-dbe0a3d53a64",
        "06b708a9-e830-4db3-a914-8e69da51d44f",
    ),
    ("AuditLog.Read.All", "e4c9e354-4dc5-45b8-9e7c-e1393b0b1a20", "b0afded3-3588-46d8-8b3d-9842eff778da"),
    ("Channel.ReadBasic.All", "9d8982ae-4365-4f57-95e9-d6032a4c0b87", "59a6b24b-4225-4393-8165-ebaec5f55d7a"),
    (
        "ChannelMessage.Read.All",
        "767156cb-16ae-4d10-8f8b-41b657c8c8c8",
        "7b2449af-6ccd-4f4d-9f78-e550c193f0d1",
    ),
    (
        "CrossTenantInformation.ReadBasic.All",
        "81594d25-e88e-49cf-ac8c-fecbff49f994",
        "cac88765-0581-4025-9725-5ebc13f729ee",
    ),
    (
        "DelegatedPermissionGrant.ReadWrite.All",
        "41ce6ca6-6826-4807-84f1-1c82854f7ee5",
        "8e8e4742-1d95-4f68-9d56-6ee75648c72a",
    ),
    ("Directory.AccessAsUser.All", "0e263e50-5827-48a4-b97c-d940288653c7", None),
    ("Directory.Read.All", "06da0dbc-49e2-44d2-8312-53f166ab848a", "7ab1d382-f21e-4acd-a863-ba3e13f7da61"),
    (
        "Directory.ReadWrite.All",
        "c5366453-9fb0-48a5-a156-24f0c49a4b84",
        "19dbc75e-c2e2-444c-a770-ec69d8559fc7",
    ),
    (
        "Domain-InternalFederation.Read.All",
        "33203a2a-a761-40f0-8a7c-a7e74a9f8ac6",
        "c0e5a7b0-e8b7-40a7-b8e0-8249e6ea81d5",
    ),
    (
        "Domain-InternalFederation.ReadWrite.All",
        "857bd3ea-490e-4284-88a7-a7de1893b6ee",
        "64d40371-8d58-4270-bc8a-b4a66de36b9a",
    ),
    ("Domain.Read.All", "2f9ee017-59c1-4f1d-9472-bd5529a7b311", "dbb9058a-0e50-45d7-ae91-66909b5d4664"),
    ("Domain.ReadWrite.All", "0b5d694c-a244-4bde-86e6-eb5cd07730fe", "7e05723c-0bb0-42da-be95-ae9f08a6e53c"),
    (
        "EntitlementManagement.Read.All",
        "5449aa12-1393-4ea2-a7c7-d0e06c1a56b2",
        "c74fd47d-ed3c-45c3-9a9e-b8676de685d2",
    ),
    (
        "EntitlementManagement.ReadWrite.All",
        "ae7a573d-81d7-432b-ad44-4ed5c9d89038",
        "9acd699f-1e81-4958-b001-93b1d2506e19",
    ),
    ("EntitlementMgmt-SubjectAccess.ReadWrite", "e9fdcbbb-8807-410f-b9ec-8d5468c7c2ac", None),
    ("Files.Read.All", "df85f4d6-205c-4ac5-a5ea-6bf408dba283", "01d4889c-1287-42c6-ac1f-5d1e02578ef6"),
    ("Files.ReadWrite.All", "863451e7-0667-486c-a5d6-d135439485f0", "75359482-378d-4052-8f01-80520e7db3cd"),
    ("Group.Create", None, "bf7b1a76-6e77-406b-b258-bf5c7720e98f"),
    ("Group.Read.All", "5f8c59db-677d-491f-a6b8-5f174b11ec1d", "5b567255-7703-4780-807c-7be8301ae99b"),
    ("Group.ReadBasic.All", "ba1917bc-a64b-4c71-b66d-229d4a520e66", "07d67222-3a10-4d3b-9ddc-b8aa43198a00"),
    ("Group.ReadWrite.All", "4e46008b-f24c-477d-8fff-7bb4ec7aafe0", "62a82d76-70ea-41e2-9197-370581804d09"),
    ("GroupMember.Read.All", "bc024368-1153-4739-b217-4326f2e966d0", "98830695-27a2-44f7-8c18-0c3ebc9698f6"),
    (
        "GroupMember.ReadBasic.All",
        "28539367-358c-4ed9-b7f0-793eccb8fd34",
        "8222c640-cae5-4860-8d11-b32cfad95e03",
    ),
    (
        "GroupMember.ReadWrite.All",
        "f81125ac-d3b7-4573-a3b2-7099cc39df9e",
        "dbaae8cf-10b5-4b86-a4a1-f871c94c6695",
    ),
    (
        "IdentityProvider.Read.All",
        "43781733-b5a7-4d1b-98f4-e8edff23e1a9",
        "e321f0bb-e7f7-481e-bb28-e3b0b32d4bd0",
    ),
    (
        "IdentityProvider.ReadWrite.All",
        "f13ce604-1677-429f-90bd-8a10b9f01325",
        "90db2b9a-d928-4d33-a4dd-8442ae3d41e4",
    ),
    (
        "IdentityRiskyUser.Read.All",
        "d04bb851-cb7c-4146-97c7-ca3e71baf56c",
        "dc5007c0-2d7d-4c42-879c-2dab87571379",
    ),
    (
        "IdentityRiskyUser.ReadWrite.All",
        "e0a7cdbb-08b0-4697-8264-0069786e9674",
        "656f6061-f9fe-4807-9708-6a2e0934df76",
    ),
    (
        "IdentityUserFlow.Read.All",
        "2903d63d-4611-4d43-99ce-a33f3f52e343",
        "1b0c317f-dd31-4305-9932-259a8b6e8099",
    ),
    (
        "IdentityUserFlow.ReadWrite.All",
        "281892cc-4dbf-4e3a-b6cc-b21029bb4e82",
        "65319a09-a2be-469d-8782-f6b07debf789",
    ),
    (
        "LicenseAssignment.Read.All",
        "f395577a-0960-456b-979f-7228de0c5996",
        "e2f98668-2877-4f38-a2f4-8202e0717aa1",
    ),
    (
        "MultiTenantOrganization.Read.All",
        "526aa72a-5878-49fe-bf4e-357973af9b06",
        "4f994bc0-31bb-44bb-b480-7a7c1be8c02e",
    ),
    (
        "MultiTenantOrganization.ReadWrite.All",
        "77af1528-84f3-4023-8d90-d219cd433108",
        "920def01-ca61-4d2d-b3df-105b46046a70",
    ),
    ("Organization.Read.All", "4908d5b9-3fb2-4b1e-9336-1888b7937185", "498476ce-e0fe-48b0-b801-37ba7e2685c6"),
    (
        "Organization.ReadWrite.All",
        "46ca0847-7e6b-426e-9775-ea810a948356",
        "292d869f-3427-49a8-9dab-8c70152b74e9",
    ),
    (
        "OrganizationalBranding.ReadWrite.All",
        "15ce63de-b141-4c9a-a9a5-241bf27c6aaf",
        "d2ebfbc1-a5f8-424b-83a6-56ab5927a73c",
    ),
    ("Policy.Read.All", "572fea84-0151-49b2-9301-11cb16974376", "246dd0d5-5bd0-4def-940b-0421030a5b68"),
    (
        "Policy.Read.AuthenticationMethod",
        "a6ff13ac-1851-4993-8ca9-a671d70de2d5",
        "8e3bc81b-d2f3-4b7b-838c-32c88218d2f0",
    ),
    (
        "Policy.Read.B2BManagementPolicy",
        "1e320e87-6de2-424a-87bb-da340fc3434c",
        "b41683de-870d-4462-939a-1a3d94f3accf",
    ),
    (
        "Policy.Read.ConditionalAccess",
        "633e0fce-8c58-4cfb-9495-12bbd5a24f7c",
        "37730810-e9ba-4e46-b07e-8ca78d182097",
    ),
    (
        "Policy.ReadWrite.ApplicationConfiguration",
        "b27add92-efb2-4f16-84f5-8108ba77985c",
        "be74164b-cff1-491c-8741-e671cb536e13",
    ),
    (
        "Policy.ReadWrite.AuthenticationFlows",
        "edb72de9-4252-4d03-a925-451deef99db7",
        "25f85f3c-f66c-4205-8cd5-de92dd7f0cec",
    ),
    (
        "Policy.ReadWrite.AuthenticationMethod",
        "7e823077-d88e-468f-a337-e18f1f0e6c7c",
        "29c18626-4985-4dcd-85c0-193eef327366",
    ),
    (
        "Policy.ReadWrite.Authorization",
        "edd3c878-b384-41fd-95ad-e7407dd775be",
        "fb221be6-99f2-473f-bd32-01c6a0e9ca3b",
    ),
    (
        "Policy.ReadWrite.B2BManagementPolicy",
        "f976d038-b068-4e1f-9c5e-d2fb27e4b453",
        "50c51436-099b-4545-b39b-9fdf1274707c",
    ),
    (
        "Policy.ReadWrite.ConditionalAccess",
        "ad902697-1014-4ef5-81ef-2b4301988e8c",
        "01c0a623-fc9b-48e9-b794-0756f8e8f067",
    ),
    (
        "Policy.ReadWrite.CrossTenantAccess",
        "014b43d0-6ed4-4fc6-84dc-4b6f7bae7d85",
        "338163d7-f101-4c92-94ba-ca46fe52447c",
    ),
    (
        "Policy.ReadWrite.SecurityDefaults",
        "0b2a744c-2abf-4f1e-ad7e-17a087e2be99",
        "1c6e93a6-28e2-4cbb-9f64-1a46a821124d",
    ),
    (
        "ProvisioningLog.Read.All",
        "95aec97b-cf27-4a8d-a67d-42f60b5b38ef",
        "091937d3-3e38-47a1-8649-b2f99d3035f1",
    ),
    (
        "RoleManagement.Read.Directory",
        "741c54c3-0c1e-44a1-818b-3f97ab4e8c83",
        "483bed4a-2ad3-4361-a73b-c83ccdbdc53c",
    ),
    (
        "RoleManagement.ReadWrite.Directory",
        "d01b97e9-cbc0-49fe-810a-750afd5527a3",
        "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8",
    ),
    ("Sites.Read.All", "205e70e5-aba6-4c52-a976-6d2d46c48043", "332a536c-c7ef-4017-ab91-336970924f0d"),
    ("Team.ReadBasic.All", "485be79e-c497-4b35-9400-0e3fa7f2a5d4", "2280dda6-0bfd-44ee-a2f4-cb867cfc4c1e"),
    (
        "User-ConvertToInternal.ReadWrite.All",
        "550e695c-7511-40f4-ac79-e8fb9c82552d",
        "9d952b72-f741-4b40-9185-8c53076c2339",
    ),
    (
        "User-Mail.ReadWrite.All",
        "6166886a-9576-433b-8544-658177bdef1d",
        "280d0935-0796-47d1-8d26-273470a3f17a",
    ),
    (
        "User-PasswordProfile.ReadWrite.All",
        "56760768-b641-451f-8906-e1b8ab31bca7",
        "cc117bb9-00cf-4eb8-b580-ea2a878fe8f7",
    ),
    (
        "User-Phone.ReadWrite.All",
        "e29d5979-5b06-4a7f-ae24-6a9348d2e1ff",
        "86ceff06-c822-49ff-989a-d912845ffe69",
    ),
    (
        "User.DeleteRestore.All",
        "4bb440cd-2cf2-4f90-8004-aa2acd2537c5",
        "eccc023d-eccf-4e7b-9683-8813ab36cecc",
    ),
    (
        "User.EnableDisableAccount.All",
        "f92e74e7-2563-467f-9dd0-902688cb5863",
        "3011c876-62b7-4ada-afa2-506cbbecc68c",
    ),
    ("User.Invite.All", "63dd7cd9-b489-4adf-a28c-ac38b9a0f962", "09850681-111b-4a89-9bed-3f2cae46d706"),
    (
        "User.ManageIdentities.All",
        "637d7bec-b31e-4deb-acc9-24275642a2c9",
        "c529cfca-c91b-489c-af2b-d92990b66ce6",
    ),
    ("User.Read", "e1fe6dd8-ba31-4d61-89e7-88639da4683d", None),
    ("User.Read.All", "a154be20-db9c-4678-8ab7-66f6cc099a59", "df021288-bdef-4463-88db-98f22de89214"),
    ("User.ReadBasic.All", "b340eb25-3456-403f-be2f-af7a0d370277", "97235f07-e226-4f63-ace3-39588e11d3a1"),
    ("User.ReadWrite", "b4e74841-8e56-480b-be8b-910348b18b4c", None),
    ("User.ReadWrite.All", "204e0828-b5ca-4ad8-b9f3-f32a958e7cc4", "741f803b-c850-494e-b5df-cde7c675a1ca"),
    (
        "User.RevokeSessions.All",
        "fc30e98b-8810-4501-81f5-c20a3196387b",
        "77f3a031-c388-4f99-b373-dc68676a979e",
    ),
    ("UserAuthenticationMethod.Read", "1f6b61c5-2f65-4135-9c9f-31c0f8d32b52", None),
    (
        "UserAuthenticationMethod.Read.All",
        "aec28ec7-4d02-4e8c-b864-50163aea77eb",
        "38d9df27-64da-44fd-b7c5-a6fbac20248f",
    ),
    ("UserAuthenticationMethod.ReadWrite", "48971fc1-70d7-4245-af77-0beb29b53ee2", None),
    (
        "UserAuthenticationMethod.ReadWrite.All",
        "b7887744-6746-4312-813d-72daeaee7e2d",
        "50483e42-d915-4231-9639-7fdb7fd190e5",
    ),
)

#: Delegated permissions: name -> scope id.
DELEGATED_PERMISSIONS: Mapping[str, str] = MappingProxyType(
    {name: delegated for name, delegated, _ in _ROWS if delegated is not None}
)

#: Application permissions: name -> app role id.
APPLICATION_PERMISSIONS: Mapping[str, str] = MappingProxyType(
    {name: application for name, _, application in _ROWS if application is not None}
)


def application_roles() -> tuple[AppRole, ...]:
    """The application permissions as app roles of Graph's application object."""
    return tuple(
        AppRole(id=identifier, value=name, display_name=name, member_types=("Application",))
        for name, identifier in APPLICATION_PERMISSIONS.items()
    )
