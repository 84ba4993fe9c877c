"""A demo mapping and a connection that is switched off, through the services people use. For local use only."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import Organisation, Role, User
from integrations.mapping_rows import default_rows
from integrations.models import Connection, ConnectionKind, Mapping
from integrations.services.connections import create_connection
from integrations.services.mappings import create_mapping, save_version

NAME = "Hospital LIS"


def seed_connections() -> int:
    """Add the demo connection, if the laboratory has none; returns how many. People and clinics of the demo have to be there."""
    administrator = User.objects.filter(role=Role.ADMINISTRATOR, organisation__slug="central-laboratory").first()
    if administrator is None or administrator.organisation is None or Connection.objects.exists():
        return 0
    laboratory = administrator.organisation
    create_connection(
        actor=administrator,
        laboratory=laboratory,
        kind=ConnectionKind.MLLP_OUT,
        name=f"{NAME}, results",
        host="lis.hospital.example",
        port=2575,
        our_application="HEMATOVISION",
        our_facility="CENTRALLAB",
        their_application="LIS",
        their_facility="HOSPITAL",
        filler_namespace="CENTRALLAB",
        mapping=_mapping(administrator, laboratory),
    )
    return 1


def _mapping(administrator: User, laboratory: Organisation) -> Mapping:
    """A mapping with two versions, so that there is something to compare."""
    mapping = create_mapping(actor=administrator, laboratory=laboratory, name=NAME)
    clinics = Organisation.objects.filter(refers_to=laboratory).order_by("slug")
    authorities = [{"authority": place.slug.split("-")[0].upper(), "clinic": place.slug} for place in clinics]
    save_version(
        actor=administrator,
        mapping=mapping,
        rows={**default_rows(), "authorities": authorities},
        effective_from=timezone.now(),
        note="The numbers of our clinics",
        seen=1,
    )
    return mapping
