"""A connection is switched on by somebody who did not save it, complete, and everything about it is in the audit trail."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import AuditEvent
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from integrations.connection_verification import CONNECTIONS, check_connections
from integrations.models import Connection, ConnectionKind, ConnectionState, FeedHead
from integrations.services.connections import (
    LONGEST_PAUSE,
    change_connection,
    create_connection,
    pause,
    resume,
    switch_off,
    switch_on,
)
from tests.factories.connections import a_connection, a_mapping

pytestmark = pytest.mark.django_db

OUT = {
    "host": "lis.hospital.example",
    "port": 2575,
    "uses_tls": False,
    "our_application": "HV",
    "our_facility": "LAB",
    "their_application": "LIS",
    "their_facility": "HOSPITAL",
    "filler_namespace": "HV",
}


@pytest.fixture
def saved(ines, central):
    """A complete connection that ines saved; it is off."""
    mapping = a_mapping(central, ines)
    return create_connection(
        actor=ines, laboratory=central, kind=ConnectionKind.MLLP_OUT, name="Hospital", mapping=mapping, **OUT
    )


def change(saved, actor, **changes):
    stands = {**OUT, "mapping": saved.mapping}
    return change_connection(
        actor=actor, connection=saved, seen=saved.version, name=saved.name, **{**stands, **changes}
    )


def test_whoever_saved_it_does_not_switch_it_on(saved, ines, zoe):
    with pytest.raises(PermissionRefused, match="Another administrator"):
        switch_on(actor=ines, connection=saved)
    assert switch_on(actor=zoe, connection=saved).state == ConnectionState.ON
    with pytest.raises(Conflict):
        switch_on(actor=zoe, connection=saved)


def test_what_is_switched_on_is_what_was_shown(saved, ines, zoe):
    changed = change(saved, ines, host="elsewhere.example")
    with pytest.raises(Conflict, match="after you opened it"):
        switch_on(actor=zoe, connection=changed, seen=1)
    assert switch_on(actor=zoe, connection=changed, seen=2).state == ConnectionState.ON


def test_a_change_switches_it_off_until_somebody_else_has_looked(saved, ines, zoe):
    switch_on(actor=zoe, connection=saved)
    changed = change(saved, zoe, port=2576)
    assert (changed.state, changed.version, changed.saved_by) == (ConnectionState.OFF, 2, zoe)
    with pytest.raises(PermissionRefused):
        switch_on(actor=zoe, connection=changed)
    assert switch_on(actor=ines, connection=changed).state == ConnectionState.ON


def test_saving_what_stands_changes_nothing(saved, ines, zoe):
    switch_on(actor=zoe, connection=saved)
    assert (change(saved, ines).state, change(saved, ines).version) == (ConnectionState.ON, 1)


def test_two_people_do_not_overwrite_each_other(saved, ines, zoe):
    change(saved, zoe, port=2576)
    with pytest.raises(Conflict, match="Somebody else"):
        change(saved, ines, port=2577)


def test_it_begins_at_the_present_and_makes_up_for_the_time_it_was_off(saved, zoe):
    FeedHead.objects.update_or_create(pk=FeedHead.THE_ONE, defaults={"position": 40})
    assert switch_on(actor=zoe, connection=saved).queued_to == 40
    FeedHead.objects.update(position=50)
    switch_off(actor=zoe, connection=saved, reason="The receiver moves.")
    assert switch_on(actor=zoe, connection=saved).queued_to == 40
    switch_off(actor=zoe, connection=saved, reason="They have it all on paper.")
    assert switch_on(actor=zoe, connection=saved, catches_up=False).queued_to == 50


def test_what_is_missing_is_named_in_sentences(ines, zoe, central):
    bare = create_connection(actor=ines, laboratory=central, kind=ConnectionKind.MLLP_IN, name="Orders")
    with pytest.raises(Unprocessable) as refused:
        switch_on(actor=zoe, connection=bare)
    missing = refused.value.details["missing"]
    assert any("port" in sentence for sentence in missing)
    assert any("networks" in sentence for sentence in missing)
    assert any("assigning authority" in sentence for sentence in missing)
    assert any("certificate" in sentence for sentence in missing)


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"port": 70_000}, "port"),
        ({"host": "two words"}, "host"),
        ({"tls_authority": "no certificate"}, "tls_authority"),
        ({"tls_certificate": "no certificate"}, "tls_certificate"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_setting(ines, central, values, named):
    with pytest.raises(Unprocessable) as refused:
        create_connection(
            actor=ines, laboratory=central, kind=ConnectionKind.MLLP_OUT, name="Hospital", **{**OUT, **values}
        )
    assert list(refused.value.details["errors"]) == [named]


def test_what_comes_in_is_written_by_an_account_of_the_connection(ines, zoe, central, riverside):
    riverside.hl7_authority = "RIVER"
    riverside.save()
    orders = create_connection(
        actor=ines,
        laboratory=central,
        kind=ConnectionKind.MLLP_IN,
        name="Orders",
        port=2575,
        networks=["10.1.2.0/24"],
        uses_tls=False,
    )
    on = switch_on(actor=zoe, connection=orders)
    assert (on.service_user.role, on.service_user.organisation) == ("service", central)


def test_nobody_listens_where_another_laboratory_listens(ines, petra, central, northern):
    incoming = {"kind": ConnectionKind.MLLP_IN, "name": "Orders", "port": 2575}
    create_connection(actor=petra, laboratory=northern, **incoming)
    with pytest.raises(Unprocessable, match="Another laboratory") as refused:
        create_connection(actor=ines, laboratory=central, **incoming)
    assert list(refused.value.details["errors"]) == ["port"]
    assert create_connection(actor=ines, laboratory=central, **{**incoming, "port": 2576}).port == 2576


@pytest.mark.parametrize("network", ["0.0.0.0/0", "::/0", "8.0.0.0/8", "10.0.0.0/7"])
def test_strangers_need_a_certificate(ines, zoe, central, riverside, network, key_and_certificate):
    riverside.hl7_authority = "RIVER"
    riverside.save()
    key, certificate = key_and_certificate
    incoming = {"kind": ConnectionKind.MLLP_IN, "port": 2575, "networks": ["10.1.2.0/24", network]}
    ours = {"tls_certificate": certificate, "tls_key": key}
    for number, values in enumerate([{"uses_tls": False}, ours]):
        made = create_connection(actor=ines, laboratory=central, name=f"Open {number}", **incoming, **values)
        with pytest.raises(Unprocessable, match="anybody can be in"):
            switch_on(actor=zoe, connection=made)
    asked = create_connection(
        actor=ines, laboratory=central, name="Closed", **incoming, **ours, tls_authority=certificate
    )
    assert switch_on(actor=zoe, connection=asked).state == ConnectionState.ON


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"address": "https://lis.example:99999/fhir"}, "address"),
        ({"address": "https://lis.example/größe"}, "address"),
        ({"address": "https://[::1"}, "address"),
        ({"address": "https://:secret@lis.example/"}, "address"),
        ({"secret": "two\r\nlines"}, "secret"),
        ({"secret": "schlüssel"}, "secret"),
    ],
)
def test_an_address_or_a_token_that_no_request_can_have_is_refused(ines, central, values, named):
    given = {"address": "https://lis.example/fhir", **values}
    with pytest.raises(Unprocessable) as refused:
        create_connection(actor=ines, laboratory=central, kind=ConnectionKind.FHIR_PUSH, name="FHIR", **given)
    assert list(refused.value.details["errors"]) == [named]


def test_networks_are_networks_and_names_are_unique(saved, ines, central):
    with pytest.raises(Unprocessable, match="is no network"):
        create_connection(
            actor=ines, laboratory=central, kind=ConnectionKind.MLLP_IN, name="Orders", networks=["10.1.2.3/24"]
        )
    with pytest.raises(Unprocessable, match="already has a connection") as refused:
        create_connection(actor=ines, laboratory=central, kind=ConnectionKind.MLLP_IN, name="Hospital")
    assert list(refused.value.details["errors"]) == ["name"]


def test_a_pause_has_a_reason_and_an_end(saved, zoe):
    soon = timezone.now() + timedelta(hours=1)
    with pytest.raises(Conflict):
        pause(actor=zoe, connection=saved, until=soon, reason="Update")
    switch_on(actor=zoe, connection=saved)
    with pytest.raises(Unprocessable):
        pause(actor=zoe, connection=saved, until=soon, reason="  ")
    for bad in (timezone.now() - timedelta(minutes=1), timezone.now() + LONGEST_PAUSE + timedelta(days=1)):
        with pytest.raises(Unprocessable):
            pause(actor=zoe, connection=saved, until=bad, reason="Update")
    paused = pause(actor=zoe, connection=saved, until=soon, reason="Update of the LIS")
    assert (paused.state, paused.state_reason) == (ConnectionState.PAUSED, "Update of the LIS")
    assert resume(actor=zoe, connection=paused).state_reason == ""
    with pytest.raises(Conflict):
        resume(actor=zoe, connection=paused)


def test_only_administrators_of_the_laboratory(saved, olga, pavel, petra):
    for other in (olga, pavel):
        with pytest.raises(PermissionRefused):
            switch_off(actor=other, connection=saved, reason="No")
    with pytest.raises(NotFound):
        switch_off(actor=petra, connection=saved, reason="No")


def test_clinics_are_of_the_laboratory(ines, central, riverside, lakeside):
    made = create_connection(
        actor=ines, laboratory=central, kind=ConnectionKind.MLLP_OUT, name="One", clinics=[riverside], **OUT
    )
    assert list(made.clinics.all()) == [riverside]
    with pytest.raises(Unprocessable, match="clinics of the laboratory"):
        create_connection(
            actor=ines, laboratory=central, kind=ConnectionKind.MLLP_OUT, name="Two", clinics=[lakeside], **OUT
        )


def test_the_trail_has_what_changed_and_no_key(saved, ines, zoe, key_and_certificate):
    key, certificate = key_and_certificate
    change(saved, ines, port=2577, tls_certificate=certificate, tls_key=key)
    event = AuditEvent.objects.filter(object_id=str(saved.pk)).latest("id")
    assert (event.before["port"], event.after["port"]) == (2575, 2577)
    assert event.after["fields"] == ["tls_certificate", "tls_key"]
    assert "PRIVATE" not in json.dumps([event.before, event.after])
    kept = change(Connection.objects.get(pk=saved.pk), ines, port=2578, tls_certificate=certificate, tls_key="")
    assert kept.tls_key == key
    gone = change(kept, ines, tls_certificate="", tls_key="")
    assert gone.tls_key == ""


def test_a_row_changed_behind_the_services_is_found(saved, zoe):
    switch_on(actor=zoe, connection=saved)
    assert list(CONNECTIONS.check()) == []
    Connection.objects.update(host="elsewhere.example")
    assert [found.object_id for found in CONNECTIONS.check()] == [str(saved.pk)]


def test_a_connection_made_without_the_services_is_older(ines, central):
    a_connection(central, ines)
    assert {str(found.kind) for found in check_connections()} == {
        "integrations.connection",
        "integrations.mappingversion",
    }


@pytest.fixture(scope="module")
def key_and_certificate():
    """A key in PEM and a certificate of it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "lab.example")])
    now = timezone.now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=2))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    form = serialization.PrivateFormat.PKCS8
    return (
        key.private_bytes(pem, form, serialization.NoEncryption()).decode().strip(),
        certificate.public_bytes(pem).decode().strip(),
    )
