"""Connections to other systems, with a mapping that is in force."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Organisation, User
from integrations.mapping_rows import Rows, default_rows
from integrations.models import Connection, ConnectionKind, ConnectionState, Mapping, MappingVersion


def a_mapping(laboratory: Organisation, saved_by: User, *, rows: Rows | None = None, name: str = "Codes") -> Mapping:
    """A mapping whose first version has long been in force."""
    mapping = Mapping.objects.create(laboratory=laboratory, name=name)
    MappingVersion.objects.create(
        mapping=mapping,
        number=1,
        effective_from=timezone.now() - timedelta(days=1000),
        rows=default_rows() if rows is None else rows,
        saved_by=saved_by,
    )
    return mapping


def a_connection(
    laboratory: Organisation,
    saved_by: User,
    kind: ConnectionKind = ConnectionKind.MLLP_OUT,
    *,
    state: ConnectionState = ConnectionState.ON,
    **values: Any,
) -> Connection:
    """A connection that is on, without TLS, between `HV` at `LAB` and `LIS` at `HOSPITAL`."""
    values.setdefault("name", f"LIS {kind}")
    if kind in {ConnectionKind.MLLP_IN, ConnectionKind.MLLP_OUT} and "mapping" not in values:
        values["mapping"] = a_mapping(laboratory, saved_by, name=values["name"])
    return Connection.objects.create(
        laboratory=laboratory,
        kind=kind,
        state=state,
        saved_by=saved_by,
        began_at=None if state == ConnectionState.OFF else timezone.now(),
        **{
            "host": "127.0.0.1",
            "port": 2575,
            "uses_tls": False,
            "our_application": "HV",
            "our_facility": "LAB",
            "their_application": "LIS",
            "their_facility": "HOSPITAL",
            "filler_namespace": "HV",
            **values,
        },
    )
