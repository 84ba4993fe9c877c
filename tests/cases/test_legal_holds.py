"""A legal hold on a case: who places and releases it, who is told, that it stays on record."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from audit.models import AuditEvent
from cases.keeping_verification import check_holds_and_restrictions
from cases.models import LegalHold, LegalHoldRelease
from cases.services.legal_holds import place_legal_hold, release_legal_hold
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from tests.append_only import triggers_lifted
from tests.factories.cases import CaseFactory

pytestmark = pytest.mark.django_db
WHY = "The clinic is sued over this result."
OVER = "The suit was settled out of court."


@pytest.fixture
def case(amina):
    return CaseFactory(clinic=amina.organisation, created_by=amina, ready=True, accession_number="C-41")


@pytest.fixture
def page(case):
    return f"/cases/{case.pk}/legal-holds/"


def test_it_stands_until_it_is_released(ines, case):
    hold = place_legal_hold(actor=ines, case=case, reason=WHY)
    assert case.legal_holds.in_force().get() == hold
    release = release_legal_hold(actor=ines, hold=hold, reason=OVER)
    assert not case.legal_holds.in_force().exists()
    assert (release.released_by, release.reason) == (ines, OVER)


def test_releasing_one_leaves_the_other(ines, case):
    first = place_legal_hold(actor=ines, case=case, reason=WHY)
    second = place_legal_hold(actor=ines, case=case, reason="The authority inquires into the laboratory.")
    release_legal_hold(actor=ines, hold=first, reason=OVER)
    assert case.legal_holds.in_force().get() == second


def test_it_is_released_once(ines, case):
    hold = place_legal_hold(actor=ines, case=case, reason=WHY)
    release_legal_hold(actor=ines, hold=hold, reason=OVER)
    with pytest.raises(Conflict):
        release_legal_hold(actor=ines, hold=hold, reason=OVER)
    assert LegalHoldRelease.objects.count() == 1


def test_it_asks_why(ines, case):
    with pytest.raises(Unprocessable):
        place_legal_hold(actor=ines, case=case, reason=" because ")
    hold = place_legal_hold(actor=ines, case=case, reason=WHY)
    with pytest.raises(Unprocessable):
        release_legal_hold(actor=ines, hold=hold, reason="")
    with pytest.raises(Unprocessable):
        place_legal_hold(actor=ines, case=case, reason="long " * 101)
    assert case.legal_holds.in_force().get() == hold


@pytest.mark.parametrize("who", ["amina", "pavel", "olga"])
def test_others_are_refused_and_that_is_on_record(request, who, ines, case):
    hold = place_legal_hold(actor=ines, case=case, reason=WHY)
    actor = request.getfixturevalue(who)
    for change in (
        lambda: place_legal_hold(actor=actor, case=case, reason=WHY),
        lambda: release_legal_hold(actor=actor, hold=hold, reason=OVER),
    ):
        with pytest.raises(PermissionRefused):
            change()
        assert AuditEvent.objects.first().outcome == "denied"
    assert case.legal_holds.in_force().get() == hold


def test_another_laboratory_knows_no_such_case(petra, ines, case):
    hold = place_legal_hold(actor=ines, case=case, reason=WHY)
    with pytest.raises(NotFound):
        place_legal_hold(actor=petra, case=case, reason=WHY)
    with pytest.raises(NotFound):
        release_legal_hold(actor=petra, hold=hold, reason=OVER)


def test_both_are_in_the_audit_trail_with_their_reason(ines, case, central):
    hold = place_legal_hold(actor=ines, case=case, reason=WHY)
    release = release_legal_hold(actor=ines, hold=hold, reason=OVER)
    for target, reason in ((hold, WHY), (release, OVER)):
        event = AuditEvent.objects.get(object_type=target._meta.label_lower, object_id=str(target.pk))
        assert (event.reason, event.laboratory_id, event.patient_id) == (reason, central.pk, case.patient_id)


@pytest.mark.parametrize("table", [LegalHold, LegalHoldRelease])
@pytest.mark.parametrize("statement", ["UPDATE {table} SET reason = 'another'", "DELETE FROM {table}"])
def test_the_database_refuses_to_change_it(ines, case, table, statement):
    release_legal_hold(actor=ines, hold=place_legal_hold(actor=ines, case=case, reason=WHY), reason=OVER)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table=table._meta.db_table))


def test_a_hold_that_was_removed_by_force_is_found(ines, case):
    hold = place_legal_hold(actor=ines, case=case, reason=WHY)
    assert not list(check_holds_and_restrictions())
    with triggers_lifted(connection), connection.cursor() as cursor:
        cursor.execute("DELETE FROM cases_legalhold")
    assert [(found.kind, found.object_id) for found in check_holds_and_restrictions()] == [
        ("cases.legalhold", str(hold.pk))
    ]


def test_a_release_that_nobody_gave_is_found(ines, case):
    hold = place_legal_hold(actor=ines, case=case, reason=WHY)
    forged = LegalHoldRelease.objects.create(hold=hold, released_by=ines, reason=OVER)
    assert [(found.kind, found.object_id) for found in check_holds_and_restrictions()] == [
        ("cases.legalholdrelease", str(forged.pk))
    ]


@pytest.mark.parametrize(("who", "told"), [("pavel", True), ("ines", True), ("olga", True), ("amina", False)])
def test_the_case_page_tells_the_laboratory_and_nobody_else(request, client, who, told, ines, case):
    place_legal_hold(actor=ines, case=case, reason=WHY)
    client.force_login(request.getfixturevalue(who))
    assert (WHY in client.get(f"/cases/{case.pk}/").content.decode()) is told


def test_an_administrator_places_and_releases_one_on_its_page(client, ines, case, page):
    client.force_login(ines)
    assert client.post(page, {"reason": WHY}).status_code == 302
    hold = case.legal_holds.in_force().get()
    assert WHY in client.get(page).content.decode()
    assert client.post(page, {"reason": OVER, "hold": str(hold.pk)}).status_code == 302
    answer = client.get(page).content.decode()
    assert "Released" in answer
    assert OVER in answer
    assert not case.legal_holds.in_force().exists()


def test_the_page_says_what_is_missing_and_keeps_what_was_typed(client, ines, case, page):
    client.force_login(ines)
    response = client.post(page, {"reason": "short"})
    assert response.status_code == 422
    assert "Say in a sentence why." in response.content.decode()
    assert ">short</textarea>" in response.content.decode()


@pytest.mark.parametrize("hold", ["nonsense", "00000000-0000-0000-0000-000000000000"])
def test_the_page_releases_no_hold_of_another_case(client, ines, page, hold):
    client.force_login(ines)
    assert client.post(page, {"reason": OVER, "hold": hold}).status_code == 404
