"""A case's whole story on one page: every part of it, for those who may know it."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Organisation
from audit.models import AuditEvent
from audit.services import record
from cases.services.audit_trail import record_view
from cases.services.break_glass import open_by_break_glass
from cases.services.draft_fields import take_out_image
from consult.models import Comment
from oversight.presenters.timeline import Entry, folded, kinds_for, merged, story_of
from review.services.decisions import apply_action
from review.services.leases import claim
from tests.factories.specimens import model_version, specimen

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewed(amina, pavel):
    """A case that was claimed, reviewed and discussed."""
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


def test_it_tells_steps_images_model_cells_and_talk(reviewed, pavel):
    told = texts(reviewed.case, pavel)
    assert "Case opened" in told
    assert "In review" in told
    assert "Image 1 received" in told
    assert "Image 1 analysed by tiny 1" in told
    assert "Confirmed: 1 cell" in told
    assert "Comment" in told


def test_what_changed_is_named(reviewed, pavel):
    (entry,) = [entry for entry in story_of(reviewed.case, pavel, ["cells"]) if entry.text.startswith("Labelled")]
    assert entry.details == ("eosinophil → monocyte: 1",)
    assert entry.who == pavel.full_name


def test_a_blinded_reviewer_is_not_told_what_the_model_said(amina, pavel, olga, central):
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


def test_it_is_newest_first(reviewed, pavel):
    times = [entry.at for entry in story_of(reviewed.case, pavel)]
    assert times == sorted(times, reverse=True)


def test_the_clinic_sees_the_way_and_not_the_making(reviewed, amina):
    assert set(kinds_for(amina, reviewed.case)) == {"steps", "images", "reports", "delivery"}
    told = " ".join(texts(reviewed.case, amina))
    for hidden in ("Confirmed", "Labelled", "Comment", "analysed by tiny"):
        assert hidden not in told


def test_who_looked_is_for_those_who_oversee(reviewed, pavel, olga, ines):
    record_view(actor=pavel, target=reviewed.case)
    assert "access" not in kinds_for(pavel, reviewed.case)
    assert not any("View" in text for text in texts(reviewed.case, pavel))
    for person in (olga, ines):
        assert "View: case" in texts(reviewed.case, person, "access")


def test_looks_at_images_and_refusals_are_part_of_it(reviewed, amina, olga):
    record_view(actor=amina, target=reviewed.image)
    record(actor=amina, action="update", target=reviewed.case, outcome="denied", reason="Your role does not sign.")
    told = texts(reviewed.case, olga, "access")
    assert "View: image" in told
    assert "Refused. Update: case" in told


def test_the_audit_trail_of_another_laboratory_stays_there(reviewed, amina, timo):
    record_view(actor=amina, target=reviewed.case)
    assert texts(reviewed.case, timo, "access") == []


def test_break_glass_is_in_the_story(reviewed, nadia, olga):
    open_by_break_glass(
        actor=nadia,
        accession_number=reviewed.case.accession_number,
        mrn=reviewed.patient.mrn,
        reason="An emergency here.",
    )
    (entry,) = [entry for entry in story_of(reviewed.case, olga, ["access"]) if "break-glass" in entry.text]
    assert entry.who == nadia.full_name
    assert entry.details == ("An emergency here.",)


def test_a_run_of_equal_actions_is_one_entry(reviewed, pavel):
    for _ in range(3):
        for kind in ("flag", "unflag"):
            cell = reviewed.cells[0]
            cell.refresh_from_db()
            apply_action(
                actor=pavel, case=reviewed.case, action_id=uuid.uuid4(), kind=kind, cells=[(cell.pk, cell.revision)]
            )
    told = texts(reviewed.case, pavel, "cells")
    assert len([text for text in told if text.startswith("Flag")]) == 6, "flag and unflag alternate: an order to keep"


def test_equal_looks_of_one_sitting_are_one_and_others_are_not():
    now = timezone.now()
    looks = [Entry(now - timedelta(minutes=m), "access", "View: case", "Olga") for m in (0, 5, 10, 60)]
    found = merged(looks)
    assert [entry.times for entry in found] == [3, 1]
    assert found[0].at == looks[2].at
    assert found[0].until == looks[0].at


def test_the_page_shows_and_narrows(client, reviewed, olga):
    client.force_login(olga)
    page = client.get(f"/cases/{reviewed.case.pk}/timeline/")
    assert "Labelled: 1 cell" in page.content.decode()
    narrowed = client.get(f"/cases/{reviewed.case.pk}/timeline/", {"kind": ["images", "no-such"]})
    assert {entry.kind for entry in narrowed.context["entries"]} == {"images"}
    assert AuditEvent.objects.first().after == {"part": "timeline", "kinds": ["images"]}


def test_a_case_one_may_not_see_has_no_story(client, reviewed, bora, nadia):
    for person in (bora, nadia):
        client.force_login(person)
        assert client.get(f"/cases/{reviewed.case.pk}/timeline/").status_code == 404


def test_somebody_cannot_ask_for_a_kind_that_is_not_theirs(client, reviewed, amina):
    client.force_login(amina)
    page = client.get(f"/cases/{reviewed.case.pk}/timeline/", {"kind": "cells"})
    assert "Labelled" not in page.content.decode()
    assert page.context["chosen"] == []


def test_a_run_of_received_images_is_one_entry_that_opens():
    now = timezone.now()
    entries = [Entry(now, "steps", "Submitted", "Amina")]
    for number in range(44):
        at = now - timedelta(minutes=number + 1)
        entries.append(
            Entry(at, "machine", f"Image {number} analysed by tiny 1", alike="{number} images analysed by tiny 1")
        )
        entries.append(Entry(at, "images", f"Image {number} received", "Amina", alike="{number} images received"))
    entries.append(Entry(now - timedelta(hours=2), "steps", "Case opened", "Amina"))
    found = folded(merged(entries))
    assert [entry.text for entry in found] == [
        "Submitted",
        "44 images analysed by tiny 1",
        "44 images received",
        "Case opened",
    ]
    assert [one.text for one in found[2].folds][:2] == ["Image 0 received", "Image 1 received"]


def test_what_happened_between_two_runs_keeps_them_apart():
    now = timezone.now()
    received = [
        Entry(now - timedelta(minutes=m), "images", f"Image {m}", alike="{number} images received")
        for m in (1, 2, 4, 5)
    ]
    found = folded(merged([*received, Entry(now - timedelta(minutes=3), "steps", "Submitted")]))
    assert [entry.text for entry in found] == ["2 images received", "Submitted", "2 images received"]


def test_it_tells_which_field_was_taken_out_by_whom_and_why(amina):
    made = specimen(by=amina, state="draft", number=1, version=model_version())
    take_out_image(actor=amina, image=made.image, reason="wrong")
    entry = next(entry for entry in story_of(made.case, amina) if entry.text == "Image 1 taken out")
    assert (entry.who, entry.tone) == (amina.full_name, "warn")
    assert entry.details == ("It is of another slide or patient",)
