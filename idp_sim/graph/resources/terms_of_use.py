"""Terms of use: agreements, their documents, and who accepted them (graph-api 26)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from idp_sim.conditional_access.book import PolicyBook
from idp_sim.conditional_access.terms_of_use import (
    MOST_AGREEMENTS,
    Agreement,
    AgreementAcceptance,
    AgreementDocument,
    AgreementFile,
    is_duration,
)
from idp_sim.directory.audit import Activity
from idp_sim.graph.bodies import invalid
from idp_sim.graph.errors import GraphError
from idp_sim.graph.filter import instant
from idp_sim.graph.permissions import Access, holders_of
from idp_sim.graph.resource import (
    Call,
    Handler,
    Operation,
    Property,
    Resource,
    Type,
    by_creation,
    field_of,
    sortable,
    timestamp,
)
from idp_sim.graph.resources.conditional_access_policies import EQ, book_of, refused
from idp_sim.ports import NotFound
from idp_sim.services import policies
from idp_sim.services.terms_of_use import document

_READ_WORDS = ("Agreement.Read.All", "Agreement.ReadWrite.All")
_READERS = ("Security Reader", "Global Reader")
_WRITERS = ("Conditional Access Administrator", "Security Administrator")
# These calls exist for signed-in users only (graph-api 26).
READ = Access(delegated=_READ_WORDS, right=holders_of(*_WRITERS, *_READERS), user_only=True)
WRITE = Access(delegated=_READ_WORDS[1:], right=holders_of(*_WRITERS), user_only=True)
READ_ANSWERS = Access(
    delegated=("AgreementAcceptance.Read.All", "AgreementAcceptance.Read", *_READ_WORDS),
    right=holders_of(*_WRITERS, *_READERS),
    user_only=True,
)
READ_OWN = replace(READ_ANSWERS, own=("AgreementAcceptance.Read", "AgreementAcceptance.Read.All"))

LARGEST_DOCUMENT = 5 * 1024 * 1024
_PDF = b"%PDF-"
_SCHEDULE = ("startDateTime", "frequency")
_FILE_KEYS = ("fileName", "displayName", "language", "isDefault", "isMajorVersion", "fileData")


def _list(call: Call) -> list[Agreement]:
    return list(book_of(call).agreements)


def _get(call: Call) -> Agreement:
    return _found(book_of(call), call.key)


def _found(book: PolicyBook, key: str) -> Agreement:
    found = book.terms_of_use.get(key.lower())
    if found is None:
        raise NotFound(key)
    return found


def _create(call: Call) -> Agreement:
    if call.body.get("file") is not None and call.body.get("files"):
        raise invalid(AGREEMENTS, "file", "nothing beside files")
    given = call.body.get("files") or _single(call.body.get("file"))
    if not given:
        raise invalid(AGREEMENTS, "files", "at least one document")
    made = [_file(call, item, f"files[{place}]") for place, item in enumerate(given)]
    files = tuple(file for file, _ in made)
    if len({file.language.lower() for file in files}) < len(files):
        raise invalid(AGREEMENTS, "files", "one document for each language")
    if not any(file.default for file in files):  # the first one uploaded is the default (16.3)
        files = (replace(files[0], default=True), *files[1:])
    blank = Agreement(id=call.ports.ids.guid(), display_name="", created=call.context.now, files=files)
    agreement = _with(blank, call.body)

    def act(book: PolicyBook) -> Agreement:
        if len(book.agreements) >= MOST_AGREEMENTS:
            raise refused(f"a tenant has at most {MOST_AGREEMENTS} terms of use")
        call.ports.storage.insert(call.world, call.tenant, agreement)
        for _, content in made:
            call.ports.storage.insert(call.world, call.tenant, content)
        return agreement

    return policies.change(call.ports, call.world, call.tenant, act)


def _update(call: Call) -> None:
    def act(book: PolicyBook) -> None:
        for name in ("file", "files"):
            if name in call.body:
                raise invalid(AGREEMENTS, name, "a call of .../files instead")
        changed = replace(_with(_found(book, call.key), call.body), modified=call.context.now)
        call.ports.storage.put(call.world, call.tenant, changed)

    policies.change(call.ports, call.world, call.tenant, act)


def _delete(call: Call) -> None:
    def act(book: PolicyBook) -> None:
        agreement = _found(book, call.key)
        if users := book.users_of_agreement(agreement.id):
            raise refused(f"the terms of use are used by the policy '{users[0].display_name}'")
        storage, world, tenant = call.ports.storage, call.world, call.tenant
        storage.delete(world, tenant, Agreement, agreement.id)
        storage.purge(world, tenant, AgreementAcceptance, agreement=agreement.id)
        for file in agreement.files:
            storage.delete(world, tenant, AgreementDocument, file.id)

    policies.change(call.ports, call.world, call.tenant, act)


def _with(agreement: Agreement, body: Mapping[str, Any]) -> Agreement:
    values: dict[str, Any] = {}
    if "displayName" in body:
        if not (body["displayName"] or "").strip():
            raise invalid(AGREEMENTS, "displayName", "a text that is not empty")
        values["display_name"] = body["displayName"]
    if "isViewingBeforeAcceptanceRequired" in body:
        values["view_before_acceptance"] = body["isViewingBeforeAcceptanceRequired"] is True
    if "isPerDeviceAcceptanceRequired" in body:
        values["per_device"] = body["isPerDeviceAcceptanceRequired"] is True
    if "userReacceptRequiredFrequency" in body:
        values["accept_again_after"] = _duration(body["userReacceptRequiredFrequency"], "userReacceptRequiredFrequency")
    if "termsExpiration" in body:
        values["expires_from"], values["expires_every"] = _schedule(body["termsExpiration"])
    return replace(agreement, **values)


def _duration(value: Any, name: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not is_duration(value):
        raise invalid(AGREEMENTS, name, "a duration of years, months and days such as P90D")
    return value


def _schedule(value: Any) -> tuple[datetime | None, str | None]:
    if value is None:
        return None, None
    if not isinstance(value, Mapping) or {key for key in value if "@" not in key} - set(_SCHEDULE):
        raise invalid(AGREEMENTS, "termsExpiration", "an object with startDateTime and frequency")
    try:
        start = instant(str(value.get("startDateTime")))
    except GraphError as error:
        expected = "a date and time such as 2026-01-31T00:00:00Z"
        raise invalid(AGREEMENTS, "termsExpiration.startDateTime", expected) from error
    return start, _duration(value.get("frequency"), "termsExpiration.frequency")


# --- documents ---------------------------------------------------------------------------------------


def _single(file: Any) -> list[Any]:
    """``file`` with its localizations, the other way to send documents."""
    if file is None:
        return []
    if not isinstance(file, Mapping) or not isinstance(file.get("localizations"), list):
        raise invalid(AGREEMENTS, "file", "an object with localizations")
    return file["localizations"]


def _file(call: Call, item: Any, path: str) -> tuple[AgreementFile, AgreementDocument]:
    """A document as it was sent, and its bytes; GraphError names what is wrong."""
    given = {key: value for key, value in item.items() if "@" not in key} if isinstance(item, Mapping) else {}
    if not isinstance(item, Mapping) or (unknown := sorted(set(given) - set(_FILE_KEYS))):
        wrong = f"no property '{unknown[0]}'" if isinstance(item, Mapping) else "an object"
        raise invalid(AGREEMENTS, path, wrong)
    for name in ("fileName", "language"):
        if not isinstance(given.get(name), str) or not given[name].strip():
            raise invalid(AGREEMENTS, f"{path}.{name}", "a text that is not empty")
    id = call.ports.ids.guid()
    file = AgreementFile(
        id=id,
        file_name=given["fileName"],
        display_name=given.get("displayName") or given["fileName"],
        language=given["language"],
        created=call.context.now,
        default=given.get("isDefault") is True,
        major_version=given.get("isMajorVersion") is True,
    )
    return file, AgreementDocument(id=id, **_content(given.get("fileData"), f"{path}.fileData.data"))


def _content(given: Any, path: str) -> dict[str, str]:
    data = given.get("data") if isinstance(given, Mapping) else None
    try:
        content = base64.b64decode(data or "", validate=True)
    except (ValueError, TypeError, binascii.Error):
        content = b""
    if not content or len(content) > LARGEST_DOCUMENT:
        raise invalid(AGREEMENTS, path, f"a document of at most {LARGEST_DOCUMENT} bytes in base64")
    if content.startswith(_PDF):
        return {"data": str(data), "media_type": "application/pdf"}
    try:
        content.decode()
    except UnicodeDecodeError as error:
        raise invalid(AGREEMENTS, path, "a PDF, or a text in UTF-8") from error
    return {"data": str(data), "media_type": "text/plain"}


@dataclass(frozen=True)
class Shown:
    """A document of an agreement, with its bytes where they are asked for."""

    agreement: Agreement
    file: AgreementFile
    content: AgreementDocument | None

    @property
    def id(self) -> str:
        """The document's id."""
        return self.file.id


def _owner(call: Call) -> Agreement:
    return _found(book_of(call), call.parent)


def _shown(call: Call, agreement: Agreement, file: AgreementFile) -> Shown:
    return Shown(agreement, file, document(call.ports, call.world, call.tenant, file.id))


def _files(call: Call) -> list[Shown]:
    agreement = _owner(call)
    return [_shown(call, agreement, file) for file in agreement.files]


def _one_file(call: Call) -> Shown:
    found = next((shown for shown in _files(call) if shown.id == call.key.lower()), None)
    if found is None:
        raise NotFound(call.key)
    return found


def _default_file(call: Call) -> Shown:
    agreement = _owner(call)
    return _shown(call, agreement, agreement.file_for(()))


def _add_file(call: Call) -> Shown:
    """A further language, or a new version of one; a major version is to be accepted again by everybody."""
    file, content = _file(call, call.body, "file")

    def act(book: PolicyBook) -> Shown:
        old = _found(book, call.parent)
        replaced = [known for known in old.files if known.language.lower() == file.language.lower()]
        default = file.default or any(known.default for known in replaced)
        kept = tuple(known for known in old.files if known not in replaced)
        if file.default:
            kept = tuple(replace(known, default=False) for known in kept)
        new = replace(old, files=(*kept, replace(file, default=default)), modified=call.context.now)
        call.ports.storage.put(call.world, call.tenant, new)
        call.ports.storage.insert(call.world, call.tenant, content)
        return Shown(new, new.files[-1], content)

    return policies.change(call.ports, call.world, call.tenant, act)


_FILE_PROPERTIES = (
    Property(name="id", read=lambda shown: shown.file.id),
    Property(name="fileName", read=lambda shown: shown.file.file_name, writable=True, required=True, nullable=False),
    Property(name="displayName", read=lambda shown: shown.file.display_name, writable=True),
    Property(name="language", read=lambda shown: shown.file.language, writable=True, required=True, nullable=False),
    Property(name="isDefault", read=lambda shown: shown.file.default, type=Type.BOOLEAN, writable=True),
    Property(name="isMajorVersion", read=lambda shown: shown.file.major_version, type=Type.BOOLEAN, writable=True),
    Property(name="createdDateTime", read=lambda shown: shown.file.created, type=Type.DATE_TIME),
    Property(
        name="fileData",
        read=lambda shown: shown.content and {"data": shown.content.data},
        type=Type.OBJECT,
        writable=True,
        required=True,
        nullable=False,
    ),
)

# --- what people answered ----------------------------------------------------------------------------


def _answers(call: Call) -> list[AgreementAcceptance]:
    agreement = _owner(call)
    return call.ports.storage.find(call.world, call.tenant, AgreementAcceptance, agreement=agreement.id)


def _every_answer(call: Call) -> list[AgreementAcceptance]:
    return call.ports.storage.find(call.world, call.tenant, AgreementAcceptance)


def _answers_of_user(call: Call) -> list[AgreementAcceptance]:
    return policies.acceptances(call.ports, call.world, call.tenant, call.parent.lower())


def _one(load: Any) -> Any:
    def get(call: Call) -> AgreementAcceptance:
        found = next((answer for answer in load(call) if answer.id == call.key.lower()), None)
        if found is None:
            raise NotFound(call.key)
        return found

    return get


def _answered(path: str, load: Any, access: Access) -> Resource:
    return Resource(
        path=path,
        type_name="microsoft.graph.agreementAcceptance",
        properties=(
            field_of("id"),
            field_of("agreementId", "agreement", operators=EQ),
            field_of("agreementFileId", "file"),
            field_of("userId", "user", operators=EQ),
            field_of("userDisplayName"),
            field_of("userPrincipalName"),
            field_of("userEmail"),
            field_of("state", operators=EQ),
            Property(name="recordedDateTime", read=lambda answer: answer.recorded, type=Type.DATE_TIME),
            Property(name="expirationDateTime", read=lambda answer: answer.expires, type=Type.DATE_TIME),
            # Acceptance for each device is not available to external users, and nobody registers devices here.
            *(
                Property(name=name, read=lambda _: None)
                for name in ("deviceId", "deviceDisplayName", "deviceOSType", "deviceOSVersion")
            ),
        ),
        operations={
            Operation.LIST: Handler(run=load, access=access),
            Operation.GET: Handler(run=_one(load), access=access),
        },
        order=lambda answer: (sortable(answer.recorded), answer.id),
        beta=True,
    )


def _expiration(agreement: Agreement) -> dict[str, Any] | None:
    if agreement.expires_from is None:
        return None
    return {"startDateTime": timestamp(agreement.expires_from), "frequency": agreement.expires_every}


AGREEMENTS = Resource(
    path="/identityGovernance/termsOfUse/agreements",
    type_name="microsoft.graph.agreement",
    properties=(
        field_of("id", operators=EQ),
        field_of("displayName", writable=True, required=True, nullable=False, operators=EQ, orderable=True),
        field_of(
            "isViewingBeforeAcceptanceRequired",
            "view_before_acceptance",
            type=Type.BOOLEAN,
            writable=True,
            nullable=False,
        ),
        field_of("isPerDeviceAcceptanceRequired", "per_device", type=Type.BOOLEAN, writable=True, nullable=False),
        field_of("userReacceptRequiredFrequency", "accept_again_after", writable=True),
        Property(name="termsExpiration", read=_expiration, type=Type.OBJECT, writable=True),
        Property(name="createdDateTime", read=lambda agreement: agreement.created, type=Type.DATE_TIME),
        Property(name="modifiedDateTime", read=lambda agreement: agreement.modified, type=Type.DATE_TIME),
        # Relationships: sent with a new agreement, read at paths of their own.
        Property(name="file", read=lambda _: None, type=Type.OBJECT, default=False, creatable=True),
        Property(name="files", read=lambda _: None, type=Type.OBJECTS, default=False, creatable=True),
    ),
    target_type="Policy",
    operations={
        Operation.LIST: Handler(run=_list, access=READ),
        Operation.GET: Handler(run=_get, access=READ),
        Operation.CREATE: Handler(run=_create, access=WRITE, activity=Activity.ADD_TERMS_OF_USE),
        Operation.UPDATE: Handler(run=_update, access=WRITE, activity=Activity.UPDATE_TERMS_OF_USE),
        Operation.DELETE: Handler(run=_delete, access=WRITE, activity=Activity.DELETE_TERMS_OF_USE),
    },
    order=by_creation,
    beta=True,
)


def _below(root: str) -> tuple[Resource, ...]:
    files = Resource(
        path=f"{root}/{{agreement}}/files",
        type_name="microsoft.graph.agreementFileLocalization",
        properties=_FILE_PROPERTIES,
        target_type="Policy",
        operations={
            Operation.LIST: Handler(run=_files, access=READ),
            Operation.GET: Handler(run=_one_file, access=READ),
            Operation.CREATE: Handler(run=_add_file, access=WRITE, activity=Activity.UPDATE_TERMS_OF_USE),
        },
        beta=True,
    )
    single = replace(
        files,
        path=f"{root}/{{agreement}}/file",
        type_name="microsoft.graph.agreementFile",
        collection=False,
        operations={Operation.GET: Handler(run=_default_file, access=READ)},
    )
    answers = _answered(f"{root}/{{agreement}}/acceptances", _answers, READ_ANSWERS)
    return (replace(AGREEMENTS, path=root), files, single, answers)


TERMS_OF_USE_RESOURCES = (
    *_below("/identityGovernance/termsOfUse/agreements"),
    *_below("/agreements"),
    _answered("/identityGovernance/termsOfUse/agreementAcceptances", _every_answer, READ_ANSWERS),
    replace(_answered("/users/{user}/agreementAcceptances", _answers_of_user, READ_OWN), beta=False),
)
