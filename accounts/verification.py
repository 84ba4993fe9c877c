"""Whether people, places, API clients and open invitations are what was written, and people have the roles they were given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import ApiClient, Invitation, Organisation, PoorFields, User
from audit.fingerprints import fingerprint
from audit.kept_rows import KeptRows
from audit.selectors import last_digest, said_about
from hematovision.chunks import chunks_of
from hematovision.verifications import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hematovision.verifications import Found

PERSON = User._meta.label_lower


def person_digest(user: User) -> str:
    """The fingerprint of who somebody is and what they may do. The password has its own events and stays out."""
    return fingerprint(
        [
            (
                user.pk,
                user.email,
                user.full_name,
                user.role,
                user.organisation_id,
                user.is_staff,
                user.is_superuser,
                user.is_active,
                user.date_joined,
            )
        ]
    )


def organisation_digest(organisation: Organisation) -> str:
    """The fingerprint of a clinic or laboratory: whom it refers to decides who sees its cases."""
    return fingerprint(
        [
            (
                organisation.pk,
                organisation.slug,
                organisation.name,
                organisation.kind,
                organisation.refers_to_id,
                organisation.is_active,
                organisation.blind_review,
                organisation.unknown_camera,
                # As it is from the start it adds nothing: so rows keep the fingerprint from before there was the rule.
                *([organisation.poor_fields] if organisation.poor_fields != PoorFields.ASK else []),
                *_written_since(organisation),
            )
        ]
    )


def _written_since(organisation: Organisation) -> list[str]:
    """What the laboratory says of pictures, scanned codes and the language of its reports, where it is other than from the start."""
    said = ["leave_out_metadata=no"] if not organisation.leave_out_metadata else []
    written = {name: getattr(organisation, name) for name in ("accession_pattern", "accession_strip")}
    if organisation.report_language != Organisation._meta.get_field("report_language").default:
        written["report_language"] = organisation.report_language
    return said + [f"{name}={value}" for name, value in written.items() if value]


def api_client_digest(api_client: ApiClient) -> str:
    """The fingerprint of an API client: for whom it acts, what it may do, the hash of its secret and its keys."""
    client = api_client.client
    return fingerprint(
        [
            (
                api_client.pk,
                api_client.name,
                api_client.organisation_id,
                api_client.user_id,
                api_client.scopes,
                api_client.is_active,
                api_client.created_by_id,
                client.pk,
                client.secret,
                client.scopes,
                client.default_scopes,
                client.type,
                client.grant_types,
                # Clients without keys keep the fingerprint that they had before there were any.
                *([api_client.jwks] if api_client.jwks else []),
            )
        ]
    )


def invitation_digest(invitation: Invitation) -> str:
    """The fingerprint of an invitation: the account that is made from it gets its role."""
    return fingerprint(
        [
            (
                invitation.pk,
                invitation.email,
                invitation.role,
                invitation.organisation_id,
                invitation.invited_by_id,
                invitation.token_hash,
                invitation.created_at,
                invitation.expires_at,
            )
        ]
    )


PEOPLE = KeptRows(User, person_digest, changed="Who it is, where it works or what it may do was changed.")
ORGANISATIONS = KeptRows(Organisation, organisation_digest)
API_CLIENTS = KeptRows(ApiClient, api_client_digest, related=("client",))
# Those that nobody accepted are removed after a while.
INVITATIONS = KeptRows(Invitation, invitation_digest, stays=False)


def check_people() -> Iterator[Found]:
    """Every account is there as it was written, with the role that the audit trail saw given last and nothing beside it."""
    yield from PEOPLE.check()
    for beside in (User.groups.through, User.user_permissions.through):
        for person in beside._default_manager.order_by("user").values_list("user", flat=True).distinct():
            yield Finding(PERSON, str(person), "It has permissions beside its role, which nobody gives here.")
    for people in chunks_of(User.objects.order_by("pk"), by=("pk",)):
        said = said_about(PERSON, [str(user.pk) for user in people])
        for user in people:
            given = last_digest(said.get(str(user.pk), []), "role")
            if given is not None and given != user.role:
                yield Finding(PERSON, str(user.pk), "Its role is not the one that was given last.")


def check_places() -> Iterator[Found]:
    """Every organisation, API client and invitation is what was written."""
    yield from ORGANISATIONS.check()
    yield from API_CLIENTS.check()
    yield from INVITATIONS.check()
