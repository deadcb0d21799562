"""Every refusal once: its AADSTS number, its sentence, and how each edge answers it.

Sources: entra-sign-in 15 (codes, names, ``error`` strings, where shown) and graph-api 9.3 (invitations).
``docs/refusals.md`` is generated from this table.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from enum import Enum

_FORMATTER = string.Formatter()


@dataclass(frozen=True, kw_only=True)
class Row:
    """One refusal.

    ``code``: AADSTS number, None where the real product has none. ``error``: the OAuth ``error`` string.
    ``status``: HTTP status at JSON edges. ``page``: shown on the tenant's own page although a redirect URI
    is known (with ``prompt=none`` it is redirected all the same). ``suberror``: entra-sign-in 15.2.
    ``log_code``: another number in the home tenant's sign-in log. ``token_error``: ``error`` at the token endpoint
    where it differs.
    """

    code: int | None
    name: str
    sentence: str
    error: str = "invalid_request"
    status: int = 400
    page: bool = False
    suberror: str | None = None
    log_code: int | None = None
    token_error: str | None = None

    @property
    def error_at_token_endpoint(self) -> str:
        """The OAuth ``error`` in the JSON of the token endpoint, which for some codes is not the redirect's."""
        return self.token_error or self.error

    @property
    def silent_error(self) -> str:
        """The OAuth ``error`` of a request with ``prompt=none``: one of OpenID Connect Core 3.1.2.6 where one fits."""
        if self.suberror == "consent_required":
            return "consent_required"
        silent = ("login_required", "interaction_required", "access_denied", "temporarily_unavailable")
        return self.error if self.error in silent else "interaction_required"


class Reason(Enum):
    """The table. Members are named for what happened, not for the number."""

    # fmt: off
    # --- request, client, redirect URI -------------------------------------------------------------
    TENANT_NOT_FOUND = Row(
        code=90002, name="InvalidTenantName", page=True, error="invalid_request",
        sentence="Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are "
                 "signing into the correct cloud. This may happen if there are no active subscriptions for "
                 "the tenant.")
    TENANT_IDENTIFIER_INVALID = Row(
        code=900023, name="InvalidTenantIdentifier", page=True,
        sentence="Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external "
                 "domain.")
    APPLICATION_NOT_FOUND = Row(
        code=700016, name="UnauthorizedClient_DoesNotMatchRequest", error="unauthorized_client", page=True,
        sentence="Application with identifier '{client_id}' was not found in the directory '{tenant}'. This "
                 "can happen if the application has not been installed by the administrator of the tenant or "
                 "consented to by any user in the tenant. You may have sent your authentication request to "
                 "the wrong tenant.")
    APPLICATION_DISABLED = Row(
        code=7000112, name="UnauthorizedClientApplicationDisabled", error="unauthorized_client", page=True,
        sentence="Application '{client_id}'({application}) is disabled.")
    REDIRECT_URI_MISMATCH = Row(
        code=50011, name="InvalidReplyTo", error="invalid_request", page=True,
        sentence="The redirect URI '{redirect_uri}' specified in the request does not match the redirect URIs "
                 "configured for the application '{client_id}'. Make sure the redirect URI sent in the "
                 "request matches one added to your application.")
    NO_REDIRECT_URI = Row(
        code=500113, name="NoReplyAddress", page=True,
        sentence="No reply address is registered for the application.")
    MISSING_PARAMETER = Row(
        code=900144, name="MissingRequiredParameter",
        sentence="The request body must contain the following parameter: '{parameter}'.")
    REPEATED_PARAMETER = Row(
        code=90023, name="InvalidRequest",
        sentence="The parameter '{parameter}' is included more than once in the request.")
    INVALID_PARAMETER = Row(
        code=90023, name="InvalidRequest",
        sentence="The value '{value}' of the parameter '{parameter}' is not valid. Expected: {expected}.")
    PARAMETER_NOT_SUPPORTED = Row(
        code=901002, name="UnsupportedParameter",
        sentence="The '{parameter}' request parameter is not supported.")
    RESPONSE_TYPE_NOT_ENABLED = Row(
        code=700054, name="UnsupportedResponseType", error="unsupported_response_type",
        sentence="response_type '{response_type}' is not enabled for the application.")
    RESPONSE_TYPE_UNKNOWN = Row(
        code=70005, name="UnsupportedResponseType", error="unsupported_response_type",
        sentence="The provided value '{response_type}' for the input parameter 'response_type' is not valid.")
    RESPONSE_MODE_UNKNOWN = Row(
        code=70007, name="UnsupportedResponseMode", error="invalid_request",
        sentence="The provided value '{response_mode}' for the input parameter 'response_mode' is not valid.")
    SCOPE_INVALID = Row(
        code=70011, name="InvalidScope", error="invalid_scope",
        sentence="The provided request must include a 'scope' input parameter. The provided value for the "
                 "input parameter 'scope' is not valid. The scope {scope} is not valid.")
    SCOPE_MANY_RESOURCES = Row(
        code=700022, name="InvalidMultipleResourcesScope", error="invalid_scope",
        sentence="Provided value for the input parameter scope is not valid because it contains more than one "
                 "resource. Scope {scope} is not valid.")
    SCOPE_NOT_ON_RESOURCE = Row(
        code=650053, name="InvalidScopeOnResource", error="invalid_client", status=401,
        sentence="The application '{client_id}' asked for scope '{scope}' that doesn't exist on the resource "
                 "'{resource}'. Contact the app vendor.")
    SCOPE_WITHOUT_RESOURCE = Row(
        code=70011, name="InvalidScope", error="invalid_scope",
        sentence="The provided value for scope {scope} is not valid. Client credential flows must have a "
                 "scope value with /.default suffixed to the resource identifier (application ID URI).")
    RESOURCE_NOT_FOUND = Row(
        code=500011, name="InvalidResourceServicePrincipalNotFound", error="invalid_resource",
        sentence="The resource principal named {resource} was not found in the tenant named {tenant}. This "
                 "can happen if the application has not been installed by the administrator of the tenant or "
                 "consented to by any user in the tenant. You might have sent your authentication request to "
                 "the wrong tenant.")
    RESOURCE_DISABLED = Row(
        code=50001, name="InvalidResource", error="invalid_resource",
        sentence="The resource named {resource} is disabled in the tenant named {tenant}.")
    GRANT_TYPE_UNSUPPORTED = Row(
        code=70003, name="UnsupportedGrantType", error="unsupported_grant_type",
        sentence="The app requested an unsupported grant type '{grant_type}'.")
    METHOD_NOT_ALLOWED = Row(
        code=900561, name="BadResourceRequestInvalidRequest", status=405, page=True,
        sentence="The endpoint only accepts {allowed} requests. Received a {method} request.")
    UNKNOWN_INSTANCE = Row(
        code=50049, name="UnknownInstance", error="invalid_instance",
        sentence="Unknown or invalid instance.")
    SINGLE_TENANT_APPLICATION = Row(
        code=50194, name="SingleTenantApplicationAtCommon", page=True,
        sentence="Application '{client_id}' is not configured as a multi-tenant application. Usage of the "
                 "/{authority} endpoint is not supported for such apps. Use a tenant-specific endpoint or "
                 "configure the application to be multi-tenant.")
    NOT_FOR_PERSONAL_ACCOUNTS = Row(
        code=9002332, name="NotForPersonalAccounts", page=True,
        sentence="Application '{client_id}'({application}) is configured for use by Microsoft Entra users only. "
                 "Please do not use the /consumers endpoint to serve this request.")
    FOR_PERSONAL_ACCOUNTS_ONLY = Row(
        code=9002331, name="ForPersonalAccountsOnly", page=True,
        sentence="Application '{client_id}'({application}) is configured for use by Microsoft Account users only. "
                 "Please use the /consumers endpoint to serve this request.")
    PERSONAL_ACCOUNT_NOT_SUPPORTED = Row(
        code=500200, name="PersonalAccountNotSupported", page=True,
        sentence="User account '{address}' is a personal Microsoft account. Personal Microsoft accounts are not "
                 "supported for this application unless explicitly invited to an organization. Try signing out "
                 "and signing back in with an organizational account.")
    GRANT_AT_COMMON = Row(
        code=9001023, name="InvalidGrantTypeAtCommon",
        sentence="The grant type is not supported over the /common or /consumers endpoints. Please use the "
                 "/organizations or tenant-specific endpoint.")
    # --- client authentication ----------------------------------------------------------------------
    CLIENT_SECRET_INVALID = Row(
        code=7000215, name="InvalidClientSecret", error="invalid_client", status=401,
        sentence="Invalid client secret provided. Ensure the secret being sent in the request is the client "
                 "secret value, not the client secret ID, for a secret added to app '{client_id}'.")
    CLIENT_SECRET_EXPIRED = Row(
        code=7000222, name="InvalidClientSecretExpiredKeysProvided", error="invalid_client", status=401,
        sentence="The provided client secret keys for app '{client_id}' are expired.")
    CLIENT_CREDENTIAL_MISSING = Row(
        code=7000218, name="MissingClientCredential", error="invalid_client", status=401,
        sentence="The request body must contain the following parameter: 'client_assertion' or "
                 "'client_secret'.")
    PUBLIC_CLIENT_WITH_CREDENTIAL = Row(
        code=700025, name="InvalidClientPublicClientWithCredential", error="invalid_client", status=401,
        sentence="Client is public so neither 'client_assertion' nor 'client_secret' should be presented.")
    CLIENT_ASSERTION_INVALID = Row(
        code=700027, name="InvalidClientAssertion", error="invalid_client", status=401,
        sentence="The certificate with identifier used to sign the client assertion is not registered on "
                 "application, or the client assertion failed signature validation.")
    # --- grants --------------------------------------------------------------------------------------
    GRANT_INVALID = Row(
        code=70000, name="InvalidGrant", error="invalid_grant",
        sentence="The provided authorization code or refresh token is malformed or not valid.")
    CODE_ALREADY_REDEEMED = Row(
        code=54005, name="OAuth2AuthorizationCodeAlreadyRedeemed", error="invalid_grant",
        sentence="OAuth2 Authorization code was already redeemed, please retry with a new valid code or use "
                 "an existing refresh token.")
    GRANT_EXPIRED = Row(
        code=70008, name="ExpiredOrRevokedGrant", error="invalid_grant", suberror="token_expired",
        sentence="The provided authorization code or refresh token has expired due to inactivity. Send a new "
                 "interactive authorization request for this user and resource.")
    REFRESH_TOKEN_INACTIVE = Row(
        code=700082, name="ExpiredOrRevokedGrantInactiveToken", error="invalid_grant", suberror="token_expired",
        sentence="The refresh token has expired due to inactivity. The token was issued on {issued} and was "
                 "inactive for {lifetime}.")
    SPA_REFRESH_TOKEN_EXPIRED = Row(
        code=700084, name="SpaRefreshTokenExpired", error="invalid_grant", suberror="token_expired",
        sentence="The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited "
                 "lifetime of 1.00:00:00, which can't be extended. It is now expired and a new sign in "
                 "request must be sent by the SPA to the sign in page. The token was issued on {issued}.")
    SPA_CROSS_ORIGIN_ONLY = Row(
        code=9002327, name="SpaCrossOriginOnly",
        sentence="Tokens issued for the 'Single-Page Application' client-type may only be redeemed via "
                 "cross-origin requests.")
    CROSS_ORIGIN_SPA_ONLY = Row(
        code=9002326, name="CrossOriginSpaOnly",
        sentence="Cross-origin token redemption is permitted only for the 'Single-Page Application' "
                 "client-type. Request origin: '{origin}'.")
    GRANT_OF_OTHER_TENANT = Row(
        code=700005, name="InvalidGrantRedeemAgainstWrongTenant", error="invalid_grant",
        sentence="The provided authorization code is intended to be used against another tenant, and was "
                 "rejected.")
    REDIRECT_URI_DIFFERS_FROM_CODE = Row(
        code=500112, name="ReplyAddressMismatch", error="invalid_client", status=400,
        sentence="The reply address '{redirect_uri}' does not match the reply address '{expected}' provided "
                 "when requesting the authorization code.")
    CODE_VERIFIER_MISMATCH = Row(
        code=501481, name="CodeVerifierMismatch", error="invalid_grant",
        sentence="The Code_Verifier does not match the code_challenge supplied in the authorization request.")
    CODE_CHALLENGE_MISSING = Row(
        code=50147, name="MissingCodeChallenge",
        sentence="Proof Key for Code Exchange is required for cross-origin authorization code redemption.")
    CODE_CHALLENGE_INVALID = Row(
        code=501491, name="InvalidCodeChallengeMethodInvalidSize",
        sentence="Invalid size or method of the code challenge parameter: {problem}.")
    TOKEN_REVOKED = Row(
        code=50173, name="FreshTokenNeeded", error="invalid_grant", suberror="bad_token",
        sentence="The provided grant has expired due to it being revoked, a fresh auth token is needed. The "
                 "grant was issued on '{issued}' and the TokensValidFrom date for this user is '{valid_from}'.")
    # --- who is it -----------------------------------------------------------------------------------
    LOGIN_REQUIRED = Row(
        code=50058, name="UserInformationNotProvided", error="login_required",
        sentence="A silent sign-in request was sent but no user is signed in.")
    SEVERAL_ACCOUNTS = Row(
        code=16000, name="InteractionRequired", error="interaction_required",
        sentence="Either multiple user identities are available for the current request or selected account "
                 "is not supported for the scenario.")
    USER_CANCELLED = Row(
        code=None, name="UserCancelled", error="access_denied",
        sentence="the user canceled the authentication")
    USER_UNKNOWN = Row(
        code=50034, name="UserAccountNotFound", error="invalid_grant", page=True,
        sentence="The user account {address} does not exist in the {tenant} directory. To sign into this "
                 "application, the account must be added to the directory.")
    GUEST_NOT_INVITED = Row(
        code=50020, name="UserUnauthorized", error="interaction_required", page=True, log_code=90072,
        sentence="User account '{address}' from identity provider '{idp}' does not exist in tenant '{tenant}' "
                 "and cannot access the application '{client_id}'({application}) in that tenant. The account "
                 "needs to be added as an external user in the tenant first. Sign out and sign in again with "
                 "a different Azure Active Directory user account.")
    GUEST_PENDING = Row(
        code=50014, name="GuestUserInPendingState", error="invalid_grant", page=True,
        sentence="The user's redemption is in a pending state. The guest user account {address} is not fully "
                 "created yet.")
    ACCOUNT_DISABLED = Row(
        code=50057, name="UserDisabled", error="invalid_grant", page=True,
        sentence="The user account is disabled.")
    ACCOUNT_LOCKED = Row(
        code=50053, name="IdsLocked", error="invalid_grant", page=True,
        sentence="The account is locked, you've tried to sign in too many times with an incorrect user ID or "
                 "password.")
    WRONG_PASSWORD = Row(
        code=50126, name="InvalidUserNameOrPassword", error="invalid_grant", page=True,
        sentence="Error validating credentials due to invalid username or password.")
    NO_PASSWORD = Row(
        code=50056, name="InvalidOrNullPassword", error="invalid_grant", page=True,
        sentence="Invalid or null password: password doesn't exist in the directory for this user.")
    WRONG_PASSCODE = Row(
        code=50181, name="InvalidOneTimePasscode", error="invalid_grant", suberror="invalid_oob_value", page=True,
        sentence="Unable to validate the otp.")
    WRONG_SECOND_FACTOR = Row(
        code=500121, name="AuthenticationFailedDuringStrongAuthentication", error="interaction_required", page=True,
        sentence="Authentication failed during strong authentication request.")
    SECOND_FACTOR_DENIED = Row(
        code=500121, name="AuthenticationFailedDuringStrongAuthentication", error="interaction_required", page=True,
        sentence="Authentication failed during strong authentication request. The request was denied on the phone.")
    SECOND_FACTOR_EXPIRED = Row(
        code=500121, name="AuthenticationFailedDuringStrongAuthentication", error="interaction_required", page=True,
        sentence="Authentication failed during strong authentication request. There was no right answer in time.")
    SECOND_FACTOR_PENDING = Row(
        code=500121, name="AuthenticationFailedDuringStrongAuthentication", error="interaction_required", page=True,
        sentence="Authentication failed during strong authentication request. The request has not been answered yet.")
    WRONG_PASSKEY = Row(
        code=500121, name="AuthenticationFailedDuringStrongAuthentication", error="interaction_required", page=True,
        sentence="Authentication failed during strong authentication request. The passkey was not accepted.")
    PHONE_NUMBER_INVALID = Row(
        code=None, name="InvalidPhoneNumber", error="interaction_required", page=True,
        sentence="The phone number is not valid. Expected a plus sign, the country code and the number.")
    WRONG_ACCESS_PASS = Row(
        code=130503, name="TemporaryAccessPassIncorrect", error="invalid_grant", page=True,
        sentence="Your Temporary Access Pass is incorrect. If you don't know your pass, contact your "
                 "administrator.")
    SESSION_EXPIRED = Row(
        code=50089, name="FlowTokenExpired", error="invalid_grant", page=True,
        sentence="Authentication failed due to flow token expired. This sign-in was started too long ago, or "
                 "in another browser; start again from the application.")
    INVALID_EXTERNAL_TOKEN = Row(
        code=50027, name="InvalidJwtToken", page=True,
        sentence="Invalid JWT token: {problem}.")
    INVALID_SAML_TOKEN = Row(
        code=50008, name="InvalidSamlToken", page=True,
        sentence="SAML assertion is missing or misconfigured in the token: {problem}. Contact your federation "
                 "provider.")
    SAML_TOKEN_ADDRESS = Row(
        code=5000819, name="InvalidSamlTokenEmailMissingOrInvalid", page=True,
        sentence="SAML Assertion is invalid. Email address claim is missing or does not match domain from an "
                 "external realm.")
    ASSERTION_REPLAYED = Row(
        code=50008, name="InvalidSamlToken", page=True,
        sentence="SAML assertion is missing or misconfigured in the token: it was used before. Contact your "
                 "federation provider.")
    UNSOLICITED_RESPONSE = Row(
        code=50008, name="InvalidSamlToken", page=True,
        sentence="SAML assertion is missing or misconfigured in the token: nobody here asked for it. Start from "
                 "the application that you want to use.")
    IDENTITY_PROVIDER_DENIED = Row(
        code=90123, name="IdentityProviderAccessDenied", error="access_denied", page=True,
        sentence="The token can't be issued because the identity or claim issuance provider denied the "
                 "request.")
    IDENTITY_PROVIDER_UNREACHABLE = Row(
        code=40015, name="OAuth2IdPAuthCodeRedemptionUserError", error="temporarily_unavailable", page=True,
        sentence="There was an issue with the federated identity provider '{partner}'. {problem}")
    # --- between tenants -----------------------------------------------------------------------------
    OUTBOUND_BLOCKED = Row(
        code=500212, name="NotAllowedByOutboundPolicyTenant", error="access_denied", page=True,
        sentence="The user's administrator has set an outbound access policy that does not allow access to "
                 "the resource tenant. Contact the administrator of '{home}' to allow access to '{resource}'.")
    TENANT_NOT_LISTED = Row(
        code=500021, name="TenantAccessDenied", error="access_denied", page=True,
        sentence="Access to '{tenant}' tenant is denied.")
    TENANT_RESTRICTED = Row(
        code=5000211, name="TenantRestrictionsPolicyDenied", error="access_denied", page=True,
        sentence="A tenant restrictions policy added to this request by a device or network administrator does not "
                 "allow access to '{tenant}'.")
    DEVICE_NOT_COMPLIANT = Row(
        code=53000, name="DeviceNotCompliant", error="interaction_required", page=True,
        sentence="Device is not in required device state: compliant. Conditional Access policy requires a compliant "
                 "device, and the device is not compliant.")
    DEVICE_NOT_DOMAIN_JOINED = Row(
        code=53001, name="DeviceNotDomainJoined", error="interaction_required", page=True,
        sentence="Device is not in required device state: domain joined. Conditional Access policy requires a domain "
                 "joined device, and the device is not domain joined.")
    PROOF_UP_BLOCKED_DUE_TO_RISK = Row(
        code=53004, name="ProofUpBlockedDueToRisk", error="interaction_required", page=True,
        sentence="User needs to complete the multifactor authentication registration process before accessing this "
                 "content. User should register for multifactor authentication.")
    PROOF_UP_BLOCKED_BY_POLICY = Row(
        code=53010, name="ProofUpBlockedDueToSecurityInfoAcr", error="interaction_required", page=True,
        sentence="Cannot configure multifactor authentication methods because the organization requires this "
                 "information to be set from specific locations or devices.")
    INBOUND_MFA_NOT_ACCEPTED = Row(
        code=90071, name="InboundMfaNotAccepted", error="access_denied", page=True,
        sentence="An administrator of '{tenant}' must update the organization's access settings to accept inbound "
                 "multifactor authentication.")
    INBOUND_BLOCKED = Row(
        code=500213, name="NotAllowedByInboundPolicyTenant", error="access_denied", page=True,
        sentence="The resource tenant's cross-tenant access policy does not allow this user to access this "
                 "tenant: '{resource}' does not admit users of '{home}' to this application.")
    INVITATION_INVALID = Row(
        code=None, name="InvitationInvalid", error="access_denied", page=True,
        sentence="The invitation link is not valid: it was altered, belongs to another organization, or the "
                 "invitation was withdrawn.")
    INVITATION_OF_OTHER_PERSON = Row(
        code=50020, name="UserUnauthorized", error="interaction_required", page=True, log_code=90072,
        sentence="User account '{address}' from identity provider '{idp}' is not the account that was invited "
                 "to tenant '{tenant}' and cannot redeem this invitation. Sign out and sign in again with the "
                 "invited account.")
    # --- conditional access and MFA ------------------------------------------------------------------
    BLOCKED_BY_CONDITIONAL_ACCESS = Row(
        code=53003, name="BlockedByConditionalAccess", error="access_denied", token_error="invalid_grant", page=True,
        suberror="message_only",
        sentence="Access has been blocked by Conditional Access policies. The access policy does not allow "
                 "token issuance.")
    MFA_REQUIRED = Row(
        code=50076, name="UserStrongAuthClientAuthNRequired", error="interaction_required", suberror="basic_action",
        sentence="Due to a configuration change made by your administrator, or because you moved to a new "
                 "location, you must use multi-factor authentication to access '{resource_id}'.")
    MFA_REGISTRATION_REQUIRED = Row(
        code=50079, name="UserStrongAuthEnrollmentRequired", error="interaction_required", suberror="basic_action",
        sentence="Due to a configuration change made by your administrator, or because you moved to a new "
                 "location, you must enroll in multi-factor authentication to access '{resource_id}'.")
    BLOCKED_BY_HOME_RISK = Row(
        code=53011, name="BlockedByRiskOnHomeTenant", error="access_denied", page=True,
        sentence="User blocked due to risk on home tenant.")
    APPLICATION_NOT_APPROVED = Row(
        code=53002, name="ApplicationUsedIsNotAnApprovedApp", error="interaction_required",
        suberror="protection_policy_required", page=True,
        sentence="The application used is not an approved application for Conditional Access. User needs to use "
                 "one of the applications from the list of approved applications in order to get access.")
    APPLICATION_NOT_PROTECTED = Row(
        code=53005, name="ApplicationNotProtected", error="interaction_required",
        suberror="protection_policy_required", page=True,
        sentence="Application needs to enforce Intune protection policies.")
    PASSWORD_CHANGE_REQUIRED = Row(
        code=50142, name="PasswordChangeRequiredConditionalAccess", error="interaction_required", page=True,
        sentence="Password change is required due to a conditional access policy.")
    TERMS_OF_USE_REQUIRED = Row(
        code=50158, name="ExternalSecurityChallenge", error="interaction_required", suberror="basic_action",
        sentence="External security challenge not satisfied. User will be redirected to another page or "
                 "authentication provider to satisfy additional authentication challenges.")
    TERMS_OF_USE_DECLINED = Row(
        code=50158, name="ExternalSecurityChallenge", error="access_denied", token_error="invalid_grant", page=True,
        sentence="External security challenge not satisfied. The terms of use of '{tenant}' were declined.")
    SIGN_IN_FREQUENCY = Row(
        code=70043, name="BadTokenDueToSignInFrequency", error="interaction_required", token_error="invalid_grant",
        suberror="token_expired",
        sentence="The refresh token has expired or is invalid due to sign-in frequency checks by conditional "
                 "access. The token was issued on {issued} and the maximum allowed lifetime for this request is "
                 "{lifetime}.")
    # --- application access ----------------------------------------------------------------------------
    NOT_ASSIGNED = Row(
        code=50105, name="EntitlementGrantsNotFound", error="access_denied", token_error="invalid_grant", page=True,
        sentence="Your administrator has configured the application {application} ('{client_id}') to block "
                 "users unless they are specifically granted ('assigned') access to the application. The "
                 "signed in user '{address}' is blocked because they are not a direct member of a group with "
                 "access, nor had access directly assigned by an administrator.")
    APPLICATION_NOT_ASSIGNED = Row(
        code=501051, name="EntitlementGrantsNotFound", error="invalid_grant",
        sentence="Application '{client_id}'({application}) is not assigned to a role for the application "
                 "'{resource}'.")
    CONSENT_REQUIRED = Row(
        code=65001, name="DelegationDoesNotExist", error="invalid_grant", suberror="consent_required",
        sentence="The user or administrator has not consented to use the application with ID '{client_id}' "
                 "named '{application}'. Send an interactive authorization request for this user and resource.")
    CONSENT_DECLINED = Row(
        code=65004, name="UserDeclinedConsent", error="access_denied",
        sentence="User declined to consent to access the app.")
    GUEST_CONSENT_DECLINED = Row(
        code=65004, name="UserDeclinedConsent", error="access_denied",
        sentence="User declined to consent to access the organization '{tenant}'.")
    ADMIN_CONSENT_REQUIRED = Row(
        code=90094, name="AdminConsentRequired", error="access_denied", page=True,
        sentence="The grant requires admin permission: '{permission}' of the application '{application}'.")
    # --- invitations (answered by Graph; no AADSTS number) ----------------------------------------------
    INVITATIONS_NOT_ALLOWED = Row(
        code=None, name="GuestInvitationsNotAllowed", status=403,
        sentence="Guest invitations not allowed for your company. Contact your company administrator for more "
                 "details.")
    INVITED_USER_IS_MEMBER = Row(
        code=None, name="InvitedUserIsMember",
        sentence="The invited user already exists in the directory as object ID: {id}. They can use that "
                 "account to sign in to shared apps and resources.")
    INVITED_USER_IS_BLOCKED_MEMBER = Row(
        code=None, name="InvitedUserIsBlockedMember",
        sentence="The invited user already exists in the directory as object ID: {id}, but the account is "
                 "blocked from signing in. If the account is unblocked, they can use that account to sign in "
                 "to shared apps and resources.")
    INVITATION_AS_MEMBER_NOT_ALLOWED = Row(
        code=None, name="InvitationAsMemberNotAllowed", status=403,
        sentence="Insufficient privileges to complete the operation: only administrators can invite users of "
                 "the invitedUserType 'Member'.")
    REDEMPTION_RESET_NOT_ALLOWED = Row(
        code=None, name="RedemptionResetNotAllowed", status=403,
        sentence="Generic authorization exception.")
    INVITED_ADDRESS_NOT_OF_USER = Row(
        code=None, name="InvitedAddressNotOfUser",
        sentence="The email you’re using to invite this user doesn’t match any emails on the user object. "
                 "Please add this email to the user object and try again.")
    INVITED_DOMAIN_IS_OWN = Row(
        code=None, name="InvitedDomainIsVerified",
        sentence="This user cannot be invited because the domain of the user's email address is a verified "
                 "domain of this directory.")
    INVITED_DOMAIN_NOT_ALLOWED = Row(
        code=None, name="InvitedDomainNotAllowed", error="access_denied", page=True,
        sentence="This user cannot be invited because the domain of the user's email address '{address}' is not "
                 "allowed by the policy of your company.")
    INVITATION_BLOCKED_BY_CROSS_TENANT_ACCESS = Row(
        code=None, name="InvitationBlockedByCrossTenantAccess",
        sentence="This invitation is blocked by cross-tenant access settings. Admins in both your "
                 "organization and the invited user's organization must configure cross-tenant access "
                 "settings to allow the invitation.")
    INVITED_ADDRESS_INVALID = Row(
        code=None, name="InvitedAddressInvalid",
        sentence="The invited user's email address '{address}' is not valid: {problem}.")
    INVITATION_REDIRECT_URL_INVALID = Row(
        code=None, name="InviteRedirectUrlInvalid",
        sentence="The property inviteRedirectUrl must be an absolute http or https URL; got '{url}'.")
    IMMUTABLE_ID_MISSING = Row(
        code=90020, name="InvalidSamlTokenImmutableIdMissing", page=True,
        sentence="The SAML 1.1 assertion is missing the ImmutableID of the user.")
    # --- a home that speaks WS-Federation refuses a relying party's request (AD FS has numbers of its own) ----
    SAML_REQUEST_MISSING = Row(
        code=750054, name="SAMLRequestMissing", page=True,
        sentence="SAMLRequest or SAMLResponse must be present as query string parameters in HTTP request for SAML "
                 "Redirect binding.")
    SAML_REQUEST_INVALID = Row(
        code=75005, name="Saml2MessageInvalid", page=True,
        sentence="The request is not a valid Saml2 protocol message: {problem}.")
    SERVICE_PROVIDER_UNKNOWN = Row(
        code=None, name="ServiceProviderUnknown", page=True,
        sentence="The service provider '{realm}' is not known to the identity provider of {home}.")
    RELYING_PARTY_UNKNOWN = Row(
        code=None, name="InvalidScopeException", page=True,
        sentence="MSIS7007: The requested relying party trust '{realm}' is unspecified or unsupported. If a relying "
                 "party trust was specified, it is possible that you do not have permission to access the trust.")
    REPLY_URL_MISMATCH = Row(
        code=None, name="InvalidReplyUrl", page=True,
        sentence="The reply URL '{reply}' is none of those that are registered for the relying party '{realm}'.")
    HOME_REALM_UNKNOWN = Row(
        code=None, name="UnknownHomeRealm", page=True,
        sentence="The home realm '{realm}' is not known to the federation service of {home}.")
    AUTHENTICATION_METHOD_NOT_SUPPORTED = Row(
        code=None, name="UnsupportedAuthenticationMethod", page=True,
        sentence="MSIS7102: Requested Authentication Method is not supported on the STS: '{method}'.")
    # --- calls to Graph (no AADSTS number; ``name`` is the code of the error body) -----------------------
    ACCESS_TOKEN_INVALID = Row(
        code=None, name="InvalidAuthenticationToken", error="invalid_token", status=401,
        sentence="{problem}")
    APPLICATION_IDENTITY_NOT_FOUND = Row(
        code=None, name="Authorization_IdentityNotFound", error="unauthorized_client", status=403,
        sentence="The identity of the calling application could not be established.")
    # fmt: on

    @property
    def code(self) -> int | None:
        """The AADSTS number."""
        return self.value.code

    @property
    def number(self) -> int:
        """The AADSTS number, or 0 where the real product has none."""
        return self.value.code or 0

    def sentence(self, **values: object) -> str:
        """The sentence with ``values`` filled in; a value that was not given shows as ``?``, never fails."""
        return _FORMATTER.vformat(self.value.sentence, (), _Blank(values))

    @property
    def placeholders(self) -> frozenset[str]:
        """The names that the sentence wants."""
        return frozenset(name for _, name, _, _ in _FORMATTER.parse(self.value.sentence) if name)


class _Blank(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"


def by_code(code: int) -> Reason | None:
    """The first reason with that AADSTS number, for numbers named by another tenant's message."""
    return next((reason for reason in Reason if reason.value.code == code), None)
