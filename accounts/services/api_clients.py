"""API clients: other systems that act for one organisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client, Token
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.assertions import token_url
from accounts.client_keys import read_keys
from accounts.models import ApiClient, Role
from accounts.scopes import SCOPES
from accounts.services.people import add_person
from accounts.services.reach import cleaned, require_reach
from accounts.verification import api_client_digest
from audit.models import Action
from audit.services import record
from hematovision.errors import Conflict, Unprocessable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import Organisation, User


@dataclass(frozen=True, slots=True)
class NewApiClient:
    """What the other system needs. `client_secret` exists here and nowhere else: only its hash is stored."""

    api_client: ApiClient
    client_id: str
    client_secret: str
    token_url: str


@transaction.atomic
def create_api_client(
    *, actor: User | None, name: str, organisation: Organisation, scopes: Iterable[str], jwks: str = ""
) -> NewApiClient:
    """Create an OAuth2 client (client credentials) and the service account it acts as.

    `jwks` is a JSON Web Key Set with public keys, with which it may prove itself beside the secret; empty for none.
    Raises `PermissionRefused`, `NotFound` (foreign organisation), `Unprocessable` (unknown or no scope, name
    taken, keys refused), `Conflict` (closed organisation).
    """
    require_reach(actor, organisation)
    if not organisation.is_active:
        raise Conflict(_("This organisation is closed."))
    wanted = _known(scopes)
    keys = _with_since(read_keys(jwks), before=[])
    secret = get_adapter().generate_client_secret()
    client = Client(
        name=name,
        type=Client.Type.CONFIDENTIAL,
        grant_types=Client.GrantType.CLIENT_CREDENTIALS,
        response_types="",
        redirect_uris="",
    )
    client.set_secret(secret)
    _apply_scopes(client, wanted)
    client.save()
    user = add_person(
        actor=actor,
        email=f"{client.pk}@api-client.invalid",
        full_name=name,
        role=Role.SERVICE,
        organisation=organisation,
    )
    api_client = ApiClient(
        name=name,
        client=client,
        organisation=organisation,
        user=user,
        scopes=wanted,
        jwks={"keys": keys} if keys else {},
        created_by=actor,
    )
    cleaned(api_client)
    api_client.save()
    record(
        actor=actor,
        action=Action.CREATE,
        target=api_client,
        laboratory_id=getattr(organisation.laboratory, "pk", None),
        after={
            "name": name,
            "organisation": organisation.slug,
            "scopes": wanted,
            "keys": _names(keys),
            "row": api_client_digest(api_client),
        },
    )
    return NewApiClient(api_client, client.pk, secret, token_url())


@transaction.atomic
def set_api_client_scopes(*, actor: User | None, api_client: ApiClient, scopes: Iterable[str]) -> ApiClient:
    """Replace the scopes; tokens already issued lose what the client loses.

    Raises `PermissionRefused`, `NotFound`, `Unprocessable`.
    """
    stored = _reachable(actor, api_client)
    wanted = _known(scopes)
    before = stored.scopes
    if wanted != before:
        stored.scopes = wanted
        stored.save(update_fields=["scopes"])
        _apply_scopes(stored.client, wanted)
        stored.client.save(update_fields=["scopes", "default_scopes"])
        _record_change(actor, stored, {"scopes": before}, {"scopes": wanted})
    return stored


@transaction.atomic
def set_api_client_active(*, actor: User | None, api_client: ApiClient, is_active: bool) -> ApiClient:
    """Close or reopen a client. Closing withdraws its tokens. Raises `PermissionRefused`, `NotFound`."""
    stored = _reachable(actor, api_client)
    if stored.is_active != is_active:
        stored.is_active = is_active
        stored.save(update_fields=["is_active"])
        if not is_active:
            Token.objects.filter(client=stored.client).delete()
        _record_change(actor, stored, {"is_active": not is_active}, {"is_active": is_active})
    return stored


@transaction.atomic
def renew_client_secret(*, actor: User | None, api_client: ApiClient) -> NewApiClient:
    """Replace the secret and withdraw the tokens obtained with the old one.

    Raises `PermissionRefused`, `NotFound`.
    """
    stored = _reachable(actor, api_client)
    secret = get_adapter().generate_client_secret()
    stored.client.set_secret(secret)
    stored.client.save(update_fields=["secret"])
    Token.objects.filter(client=stored.client).delete()
    _record_change(actor, stored, None, {"secret": "renewed"})
    return NewApiClient(stored, stored.client_id, secret, token_url())


@transaction.atomic
def set_api_client_keys(*, actor: User | None, api_client: ApiClient, jwks: str) -> ApiClient:
    """Replace the public keys by those of a pasted document, or remove them all with an empty one.

    A key that stays keeps its day. Where one goes, the client's tokens are withdrawn. Raises `PermissionRefused`,
    `NotFound`, `Unprocessable`.
    """
    stored = _reachable(actor, api_client)
    before = stored.keys
    keys = _with_since(read_keys(jwks), before=before)
    if keys != before:
        stored.jwks = {"keys": keys} if keys else {}
        stored.save(update_fields=["jwks"])
        if any(key not in keys for key in before):
            Token.objects.filter(client=stored.client).delete()
        _record_change(actor, stored, {"keys": _names(before)}, {"keys": _names(keys)})
    return stored


def _with_since(keys: list[dict[str, str]], *, before: list[dict[str, str]]) -> list[dict[str, str]]:
    """The keys with the day they came: that of the same key in `before`, else today."""
    today = timezone.localdate().isoformat()
    since = {key["kid"]: key for key in before}
    return [
        known
        if (known := since.get(key["kid"])) is not None and known == {**key, "since": known["since"]}
        else {**key, "since": today}
        for key in keys
    ]


def _names(keys: list[dict[str, str]]) -> list[str]:
    return [f"{key['kid']} ({key['alg']})" for key in keys]


def _reachable(actor: User | None, api_client: ApiClient) -> ApiClient:
    require_reach(actor, api_client.organisation)
    return (
        ApiClient.objects.select_for_update(of=("self",))
        .select_related("client", "organisation__refers_to")
        .get(pk=api_client.pk)
    )


def _known(scopes: Iterable[str]) -> list[str]:
    wanted = sorted(set(scopes))
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown:
        raise Unprocessable(
            _("Unknown scope: %(unknown)s. Known: %(known)s.")
            % {"unknown": ", ".join(unknown), "known": ", ".join(SCOPES)}
        )
    if not wanted:
        raise Unprocessable(_("An API client needs at least one scope."))
    return wanted


def _apply_scopes(client: Client, scopes: list[str]) -> None:
    client.set_scopes(scopes)
    # A token request without `scope` gets everything the client may have.
    client.set_default_scopes(scopes)


def _record_change(
    actor: User | None,
    api_client: ApiClient,
    before: dict[str, object] | None,
    after: dict[str, object],
) -> None:
    record(
        actor=actor,
        action=Action.PERMISSION_CHANGE,
        target=api_client,
        laboratory_id=getattr(api_client.organisation.laboratory, "pk", None),
        before=before,
        after={**after, "row": api_client_digest(api_client)},
    )
