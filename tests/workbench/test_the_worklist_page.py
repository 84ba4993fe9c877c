"""The worklist: most pressing first, filters in the address, counts per state, a page at a time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import AuditEvent
from tests.factories.cases import CaseFactory, CellFactory, EveryState, SmearImageFactory


def numbers(response):
    return [case.accession_number for case in response.context["cases"]]


def test_strangers_are_sent_to_sign_in(client, db):
    assert client.get("/").url.startswith("/accounts/login/")


def test_stat_comes_before_urgent_before_routine_and_due_before_later(client, amina, riverside):
    soon, later = timezone.now() + timedelta(hours=1), timezone.now() + timedelta(hours=9)
    for number, priority, due in (
        ("routine", "routine", soon),
        ("urgent-later", "urgent", later),
        ("urgent-soon", "urgent", soon),
        ("stat", "stat", later),
    ):
        CaseFactory(clinic=riverside, accession_number=number, priority=priority, submitted=True, due_at=due)
    client.force_login(amina)
    assert numbers(client.get("/")) == ["stat", "urgent-soon", "urgent-later", "routine"]


def test_among_equals_unidentified_cells_come_first_for_those_who_see_them(client, pavel, amina, riverside):
    for number, labels in (("sure", ["neutrophil"] * 3), ("unsure", ["unidentified", "neutrophil"])):
        case = CaseFactory(clinic=riverside, accession_number=number, ready=True)
        image = SmearImageFactory(case=case, analysed=True)
        for label in labels:
            CellFactory(image=image, label=label)
    client.force_login(pavel)
    assert numbers(client.get("/")) == ["unsure", "sure"]
    client.force_login(amina)
    response = client.get("/")
    assert numbers(response) == ["sure", "unsure"]
    assert "Unidentified" not in response.content.decode()


def test_a_blinded_laboratory_neither_shows_nor_sorts_by_unidentified_cells(client, pavel, central, riverside):
    central.blind_review = True
    central.save()
    for number, labels in (("sure", ["neutrophil"]), ("unsure", ["unidentified"] * 3)):
        case = CaseFactory(clinic=riverside, accession_number=number, ready=True)
        image = SmearImageFactory(case=case, analysed=True)
        for label in labels:
            CellFactory(image=image, label=label)
    client.force_login(pavel)
    response = client.get("/")
    assert numbers(response) == ["sure", "unsure"]
    assert [case.unidentified_count for case in response.context["cases"]] == [None, None]
    assert response.content.decode().count("Reviewed blinded: the count appears after the report is signed.") == 2


def test_tabs_count_every_state(client, amina, riverside):
    EveryState.build(riverside)
    client.force_login(amina)
    counts = {tab["key"]: tab["count"] for tab in client.get("/").context["tabs"]}
    assert counts == {
        "open": 5,
        "draft": 1,
        "submitted": 2,
        "ready": 1,
        "in_review": 1,
        "signed": 4,
        "cancelled": 2,
        "all": 11,
    }
    assert len(numbers(client.get("/?state=signed"))) == 4
    assert len(numbers(client.get("/?state=nonsense"))) == 5


def test_priority_and_clinic_narrow_the_list(client, pavel, riverside, hilltop):
    CaseFactory(clinic=riverside, accession_number="a", submitted=True, priority="stat")
    CaseFactory(clinic=hilltop, accession_number="b", submitted=True)
    client.force_login(pavel)
    assert numbers(client.get("/?priority=stat")) == ["a"]
    assert numbers(client.get(f"/?clinic={hilltop.pk}")) == ["b"]
    assert numbers(client.get("/?clinic=not-an-id&priority=urgentish")) == ["a", "b"]


def test_a_foreign_clinic_finds_nothing(client, amina, hilltop):
    CaseFactory(clinic=hilltop, submitted=True)
    client.force_login(amina)
    assert numbers(client.get(f"/?clinic={hilltop.pk}&state=all")) == []


def test_long_lists_come_in_pages_that_keep_the_filter(client, amina, riverside):
    for _ in range(51):
        CaseFactory(clinic=riverside)
    client.force_login(amina)
    first = client.get("/?state=draft")
    assert len(numbers(first)) == 50
    assert "?state=draft&amp;page=2" in first.content.decode()
    assert len(numbers(client.get("/?state=draft&page=2"))) == 1


def test_review_starts_with_what_is_ready(client, pavel, riverside):
    CaseFactory(clinic=riverside, accession_number="ready", ready=True)
    CaseFactory(clinic=riverside, accession_number="waiting", submitted=True)
    client.force_login(pavel)
    assert numbers(client.get("/review/")) == ["ready"]


def test_looking_at_the_list_is_in_the_audit_trail(client, amina, riverside):
    CaseFactory(clinic=riverside)
    client.force_login(amina)
    client.get("/")
    event = AuditEvent.objects.filter(object_type="cases.case", action="view").last()
    assert (event.actor_id, event.after) == (amina.pk, {"listed": 1})


@pytest.mark.parametrize("rows", [3, 12])
def test_queries_do_not_grow_with_rows(client, pavel, riverside, rows, django_assert_max_num_queries):
    for _ in range(rows):
        SmearImageFactory(case=CaseFactory(clinic=riverside, ready=True), analysed=True)
    client.force_login(pavel)
    client.get("/")
    with django_assert_max_num_queries(30):
        assert len(numbers(client.get("/"))) == rows


def test_a_case_leads_back_to_the_list_as_it_was_left(client, pavel, riverside):
    case = CaseFactory(clinic=riverside, ready=True, priority="stat")
    client.force_login(pavel)
    client.get("/review/?priority=stat&page=1")
    assert f"/review/?priority=stat&amp;page=1#case-{case.pk}" in client.get(f"/cases/{case.pk}/").content.decode()


def test_a_case_under_way_says_how_far_it_is(client, amina, riverside):
    case = CaseFactory(clinic=riverside, analysing=True)
    SmearImageFactory(case=case, analysed=True)
    SmearImageFactory(case=case, rejected=True)
    SmearImageFactory(case=case)
    client.force_login(amina)
    assert "Analysing 2 of 3" in client.get("/").content.decode()
