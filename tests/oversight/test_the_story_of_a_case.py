"""A case's whole story on one page: every part of it, for those who may know it."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Organisation
from audit.models import AuditEvent
from audit.services import record
from cases.services.break_glass import open_by_break_glass
from cases.services.trail import record_view
from consult.models import Comment
from oversight.timeline import Entry, kinds_for, merged, story_of
from review.services.decisions import apply_action
from review.services.leases import claim
from tests.factories.specimens import model_version, specimen

pytestmark = pytest.mark.django_db


@pytest.fixture
def read(amina, pavel):
    """A case that was claimed, read and discussed."""
    made = specimen(by=amina, state="ready", number=1, version=model_version())
    claim(actor=pavel, case=made.case)
    first, second = made.cells
    for cell, kind, more in ((first, "confirm", {}), (second, "label", {"label": "monocyte"})):
        apply_action(
            actor=pavel, case=made.case, action_id=uuid.uuid4(), kind=kind, cells=[(cell.pk, cell.revision)], **more
        )
    Comment.objects.create(case=made.case, by=pavel, text="Look at the second one.")
    made.case.refresh_from_db()
    return made


def texts(case, user, *kinds):
    return [entry.text for entry in story_of(case, user, kinds)]


def test_it_tells_steps_images_machine_cells_and_talk(read, pavel):
    told = texts(read.case, pavel)
    assert "Case opened" in told
    assert "In review" in told
    assert "Image 1 received" in told
    assert "Image 1 read by tiny 1" in told
    assert "Confirmed: 1 cell" in told
    assert "Comment" in told


def test_what_changed_is_named(read, pavel):
    (entry,) = [entry for entry in story_of(read.case, pavel, ["cells"]) if entry.text.startswith("Labelled")]
    assert entry.details == ("eosinophil → monocyte: 1",)
    assert entry.who == pavel.full_name


def test_a_blind_reader_is_not_told_what_the_machine_said(amina, pavel, olga, central):
    Organisation.objects.filter(pk=central.pk).update(blind_review=True)
    made = specimen(by=amina, state="ready", number=2, version=model_version())
    made.case.laboratory.refresh_from_db()
    claim(actor=pavel, case=made.case)
    cell = made.cells[1]
    apply_action(
        actor=pavel,
        case=made.case,
        action_id=uuid.uuid4(),
        kind="exclude",
        cells=[(cell.pk, cell.revision)],
        reason_code="smudge",
    )
    told = {}
    for user in (pavel, olga):
        (entry,) = story_of(made.case, user, ["cells"])
        told[user] = entry.details[0]
    assert told == {pavel: "not named → excluded: 1", olga: "eosinophil → excluded: 1"}


def test_it_is_newest_first(read, pavel):
    times = [entry.at for entry in story_of(read.case, pavel)]
    assert times == sorted(times, reverse=True)


def test_the_clinic_sees_the_way_and_not_the_making(read, amina):
    assert set(kinds_for(amina, read.case)) == {"steps", "images", "reports", "delivery"}
    told = " ".join(texts(read.case, amina))
    for hidden in ("Confirmed", "Labelled", "Comment", "read by tiny"):
        assert hidden not in told


def test_who_looked_is_for_those_who_oversee(read, pavel, olga, ines):
    record_view(actor=pavel, target=read.case)
    assert "access" not in kinds_for(pavel, read.case)
    assert not any("View" in text for text in texts(read.case, pavel))
    for person in (olga, ines):
        assert "View: case" in texts(read.case, person, "access")


def test_looks_at_images_and_refusals_are_part_of_it(read, amina, olga):
    record_view(actor=amina, target=read.image)
    record(actor=amina, action="update", target=read.case, outcome="denied", reason="Your role does not sign.")
    told = texts(read.case, olga, "access")
    assert "View: image" in told
    assert "Refused. Update: case" in told


def test_the_trail_of_another_laboratory_stays_there(read, amina, timo):
    record_view(actor=amina, target=read.case)
    assert texts(read.case, timo, "access") == []


def test_break_glass_is_in_the_story(read, nadia, olga):
    open_by_break_glass(
        actor=nadia, accession_number=read.case.accession_number, mrn=read.patient.mrn, reason="An emergency here."
    )
    (entry,) = [entry for entry in story_of(read.case, olga, ["access"]) if "break-glass" in entry.text]
    assert entry.who == nadia.full_name
    assert entry.details == ("An emergency here.",)


def test_a_run_of_equal_actions_is_one_entry(read, pavel):
    for _ in range(3):
        for kind in ("flag", "unflag"):
            cell = read.cells[0]
            cell.refresh_from_db()
            apply_action(
                actor=pavel, case=read.case, action_id=uuid.uuid4(), kind=kind, cells=[(cell.pk, cell.revision)]
            )
    told = texts(read.case, pavel, "cells")
    assert len([text for text in told if text.startswith("Flag")]) == 6, "flag and unflag alternate: an order to keep"


def test_equal_looks_of_one_sitting_are_one_and_others_are_not():
    now = timezone.now()
    looks = [Entry(now - timedelta(minutes=m), "access", "View: case", "Olga") for m in (0, 5, 10, 60)]
    found = merged(looks)
    assert [entry.times for entry in found] == [3, 1]
    assert found[0].at == looks[2].at
    assert found[0].until == looks[0].at


def test_the_page_shows_and_narrows(client, read, olga):
    client.force_login(olga)
    page = client.get(f"/cases/{read.case.pk}/timeline/")
    assert "Labelled: 1 cell" in page.content.decode()
    narrowed = client.get(f"/cases/{read.case.pk}/timeline/", {"kind": ["images", "no-such"]})
    assert {entry.kind for entry in narrowed.context["entries"]} == {"images"}
    assert AuditEvent.objects.first().after == {"part": "timeline", "kinds": ["images"]}


def test_a_case_one_may_not_see_has_no_story(client, read, bora, nadia):
    for person in (bora, nadia):
        client.force_login(person)
        assert client.get(f"/cases/{read.case.pk}/timeline/").status_code == 404


def test_somebody_cannot_ask_for_a_kind_that_is_not_theirs(client, read, amina):
    client.force_login(amina)
    page = client.get(f"/cases/{read.case.pk}/timeline/", {"kind": "cells"})
    assert "Labelled" not in page.content.decode()
    assert page.context["chosen"] == []
