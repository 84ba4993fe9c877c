"""The worklist: most pressing first, filters in the address, counts per state, a page at a time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import AuditEvent
from microscopes.models import Microscope
from tests.factories.analysed_cases import analysed_case, finished_analysis, model
from tests.factories.cases import CaseFactory, CellFactory, EveryState, SmearImageFactory
from tests.factories.standings import stands


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
    assert numbers(client.get("/?state=open")) == ["stat", "urgent-soon", "urgent-later", "routine"]


def test_among_equals_unidentified_cells_come_first_for_those_who_see_them(client, pavel, amina, riverside):
    for number, labels in (("sure", ["neutrophil"] * 3), ("unsure", ["unidentified", "neutrophil"])):
        case = CaseFactory(clinic=riverside, accession_number=number, ready=True)
        image = SmearImageFactory(case=case, analysed=True)
        for label in labels:
            CellFactory(image=image, label=label)
    client.force_login(pavel)
    assert numbers(client.get("/")) == ["unsure", "sure"]
    client.force_login(amina)
    response = client.get("/?state=open")
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
    counts = {tab["key"]: tab["count"] for tab in client.get("/?state=open").context["tabs"]}
    assert counts == {
        "open": 5,
        "draft": 1,
        "submitted": 2,
        "ready": 1,
        "in_review": 1,
        "signed": 4,
        "rejected": 1,
        "cancelled": 2,
        "all": 12,
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


def taken_with(case, microscope):
    image = case.images.get()
    image.microscope, image.microscope_source = microscope, "chosen"
    image.save()
    return image


def test_a_case_with_an_unknown_camera_carries_a_mark_and_can_be_filtered_on(client, pavel, amina, riverside):
    window, door = (Microscope.objects.create(organisation=riverside, name=name) for name in ("Window", "Door"))
    stands(taken_with(analysed_case(riverside, accession_number="strange"), window))
    stands(taken_with(analysed_case(riverside, accession_number="usual"), door), "known")
    # Not what an unnamed camera of the clinic is to the model, although it is of the same clinic.
    analysed_case(riverside, accession_number="unnamed")
    for person in (pavel, amina):
        client.force_login(person)
        response = client.get("/?state=open")
        marked = [case.accession_number for case in response.context["cases"] if case.has_unknown_camera]
        assert marked == ["strange"]
        assert response.content.decode().count("</svg>Unknown camera</span>") == 1
        assert numbers(client.get("/?camera=unknown")) == ["strange"]
    assert client.get("/?camera=unknown").context["filters"].is_narrowed


def test_unnamed_cameras_of_a_clinic_are_marked_apart_from_those_of_another(client, pavel, riverside, hilltop):
    stands(analysed_case(riverside, accession_number="a").images.get())
    analysed_case(hilltop, accession_number="b")
    client.force_login(pavel)
    assert numbers(client.get("/?camera=unknown")) == ["a"]


def test_the_mark_goes_when_a_model_that_knows_the_camera_has_analysed_the_case_again(client, pavel, riverside):
    case = analysed_case(riverside, accession_number="a")
    stands(case.images.get())
    client.force_login(pavel)
    assert numbers(client.get("/?camera=unknown")) == ["a"]

    finished_analysis(case.images.get(), model("2", active=False))

    assert numbers(client.get("/?camera=unknown")) == []
    assert "Unknown camera" not in client.get(f"/cases/{case.pk}/").content.decode()
