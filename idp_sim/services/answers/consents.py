"""What a person agrees to: the inviting organisation's permissions, an application's,
terms of use, and to stay signed in."""

from __future__ import annotations

from dataclasses import replace

from federation.reasons import Reason
from federation.words import StepWord
from idp_sim.applications.consent import MissingConsent
from idp_sim.applications.model import OAuth2PermissionGrant
from idp_sim.directory.model import User
from idp_sim.services import audit, terms_of_use
from idp_sim.services.answers.asked import Asked, Taken
from idp_sim.services.transactions import with_step
from idp_sim.sign_in.steps import Willing


def guest_consent(asked: Asked) -> Taken:
    """What the guest said to the inviting organisation's permissions."""
    return replace(asked.transaction, guest_consent=isinstance(asked.answer, Willing)), None


def grant(asked: Asked) -> Taken:
    """Record what the person allows the application to do."""
    user = asked.facts.user
    assert user is not None, "consent is asked of a known person"
    with asked.ports.storage.unit_of_work(asked.context.world):
        for missing in asked.question.missing:
            _record_grant(asked, user, missing)
        audit.note_consent(
            user,
            asked.facts.application,
            asked.question.missing,
            ports=asked.ports,
            context=asked.context,
            tenant=asked.tenant.id,
        )
    names = ", ".join(name for missing in asked.question.missing for name in missing.permissions)
    detail = f"{asked.facts.application.display_name} granted: {names}"
    transaction = with_step(asked.ports, asked.transaction, StepWord.APP_CONSENT, detail)
    return replace(transaction, app_consent=True), None


def _record_grant(asked: Asked, user: User, missing: MissingConsent) -> None:
    """Add to what this person granted before; one record for each client, resource and person."""
    storage, world, tenant = asked.ports.storage, asked.context.world, asked.tenant.id
    client, resource = asked.facts.application.client_id, missing.resource.client_id
    grants = storage.find(world, tenant, OAuth2PermissionGrant, client=client, principal=user.id)
    existing = next((grant for grant in grants if grant.resource == resource), None)
    scopes = tuple(dict.fromkeys((*(existing.scopes if existing else ()), *missing.permissions)))
    storage.put(
        world,
        tenant,
        OAuth2PermissionGrant(
            id=existing.id if existing else asked.ports.ids.secret(24),
            client=client,
            resource=resource,
            principal=user.id,
            scopes=scopes,
        ),
    )


def decline_application(asked: Asked) -> Taken:
    """The person allows the application nothing."""
    return replace(asked.transaction, app_consent=False), None


def terms(asked: Asked) -> Taken:
    """What the person says to the terms of use."""
    user = asked.facts.user
    assert user is not None, "terms are shown to known people"
    answered = terms_of_use.answer(
        asked.ports,
        asked.context,
        user,
        asked.transaction,
        asked.question,
        accepts=isinstance(asked.answer, Willing),
    )
    return answered, None if answered != asked.transaction else Reason.TERMS_OF_USE_REQUIRED


def stay(asked: Asked) -> Taken:
    """Whether the session outlives the browser."""
    return replace(asked.transaction, stay_signed_in=isinstance(asked.answer, Willing)), None
