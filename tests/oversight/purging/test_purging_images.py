"""Files of images go after their period and nothing else does; what something holds stays; whoever opens one is told."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from calibration.selectors import labelled_cells
from cases.keeping_verification import check_removals
from cases.models import ImagePurge, PurgeRun, SmearImage
from cases.named_files import named_files
from cases.services.cases import cancel_case
from cases.services.images import make_display_copy
from cases.storage import clinical_storage
from cases.stored_files import FilePurged, faults_of, open_display, open_original, open_thumbnail
from cases.verification import check_images
from classifier.services.explanations import request_explanation
from classifier.services.stored_images import open_stored_image
from deploy.recovery.snapshot import read_snapshot
from hematovision.errors import Gone, Unprocessable
from oversight.purge_rules import FEWEST_DAYS
from oversight.selectors.purges import plan
from oversight.services.everything import verify_everything
from oversight.services.purging import purge
from reports.services.report_check import check_reports
from reports.verification import verify_report
from tests.append_only import triggers_lifted
from tests.oversight.purging._purging import LATER, files, hold, kept, purged, taken_with_a_microscope

pytestmark = pytest.mark.django_db


def test_nothing_is_on_by_default(record, run):
    done = run()
    assert (done.images, done.run.periods) == (0, {})
    assert kept(record.image) == files(record.image)


def test_the_originals_of_signed_cases_go_and_the_rest_stays(record, rules, run):
    rules("signed_originals")
    done = run()
    image = purged(record.image)
    assert kept(image) == [image.display.name, image.thumbnail.name]
    assert (image.sha256, image.byte_size) == (record.image.sha256, record.image.byte_size)
    row = ImagePurge.objects.get()
    assert (row.image, row.run, row.rule) == (image, done.run, "signed_originals")
    assert (row.original, row.shown, row.files, row.byte_size) == (True, False, 1, image.byte_size)
    # The cases that wait and the draft keep theirs.
    assert kept(record.waiting_image) == files(record.waiting_image)
    assert kept(record.draft_image) == files(record.draft_image)


def test_later_the_copies_go_too(record, rules, run):
    rules("signed_originals")
    run()
    rules("signed_images")
    run()
    image = purged(record.image)
    assert kept(image) == []
    assert [(row.original, row.shown) for row in ImagePurge.objects.all()] == [(True, False), (False, True)]
    assert image.original_purged_at < image.shown_purged_at


def test_nothing_goes_before_its_time(record, rules, run):
    rules("signed_images")
    assert run(timezone.now() + timedelta(days=364)).images == 0
    assert kept(record.image) == files(record.image)


def test_it_is_in_the_trail_and_names_nobody(record, rules, run):
    rules("signed_images")
    run()
    event = AuditEvent.objects.filter(object_type="cases.imagepurge").get()
    assert (event.action, event.object_id) == ("delete", str(ImagePurge.objects.get().pk))
    assert event.after["sha256"] == record.image.sha256
    assert record.patient.family_name not in str(event.after) + event.reason


def test_a_cancelled_case_loses_its_images_and_a_draft_has_to_be_cancelled(record, rules, run, amina):
    rules("cancelled_images")
    assert run().run.planned["drafts"] == 1
    cancel_case(actor=amina, case=record.draft, reason="Entered twice by mistake.")
    # An analysis that never ran holds nothing back once the case is closed and its images are final.
    SmearImage.objects.filter(pk=record.draft_image.pk).update(state="rejected", problem="Out of focus.")
    assert run().images == 1
    assert kept(purged(record.draft_image)) == []


def test_a_file_that_is_missing_already_is_left_for_the_verification(record, rules, run):
    rules("signed_images")
    clinical_storage().delete(record.image.display.name)
    done = run()
    assert done.images == 0
    assert len(done.refused) == 1
    assert clinical_storage().exists(record.image.original.name)
    assert not ImagePurge.objects.exists()


def test_whoever_opens_a_file_is_told(record, rules, run, ines):
    rules("signed_images")
    run()
    image = purged(record.image)
    for opened in (open_original, open_display, open_thumbnail):
        with pytest.raises(FilePurged, match=r"was removed under the retention schedule on \d+ \w+ 20\d\d\.$"):
            opened(image)
    with pytest.raises(Unprocessable, match="retention schedule"):
        open_stored_image(image)
    with pytest.raises(Gone, match="retention schedule"):
        request_explanation(actor=ines, cell=record.cell)
    assert "retention schedule" in faults_of([image])[0]


def test_a_calibration_uses_its_cells_no_longer(record, rules, run):
    rules("signed_images")
    microscope = taken_with_a_microscope(record)
    assert len(labelled_cells(microscope, most=100)) == 3
    run()
    assert labelled_cells(microscope, most=100) == []


def test_an_original_that_went_while_its_copy_stays_keeps_nobody_from_correcting(record, rules, run):
    rules("signed_originals")
    run()
    assert faults_of([purged(record.image)]) == []


def test_pages_and_files_answer_with_the_sentence(record, rules, run, pavel):
    rules("signed_images")
    client = Client()
    client.force_login(pavel)
    image = record.image
    shown = client.get(reverse("cases:image_display", args=[image.pk]))
    assert b"".join(shown.streaming_content)
    run()
    for route in ("image_original", "image_display", "image_thumbnail"):
        answer = client.get(reverse(f"cases:{route}", args=[image.pk]))
        assert answer.status_code == 410
        assert "retention schedule" in answer.content.decode()
    # A browser that kept the picture is not told that it still stands.
    again = client.get(reverse("cases:image_display", args=[image.pk]), headers={"If-None-Match": shown["ETag"]})
    assert again.status_code == 410
    assert client.get(reverse("cases:cell_crop", args=[record.cell.pk])).status_code == 410
    field = client.get(reverse("workbench:field", args=[image.pk])).content.decode()
    assert "This image is no longer kept" in field
    assert reverse("cases:image_display", args=[image.pk]) not in field
    case = client.get(reverse("workbench:case", args=[record.case.pk])).content.decode()
    assert "Removed under the retention schedule on" in case


def test_a_signed_report_still_verifies_and_says_so(record, rules, run):
    rules("signed_images")
    run()
    found = verify_report(record.report, thorough=True)
    assert found.intact
    assert "retention schedule" in found.notes[0]
    assert check_reports().intact


def test_a_report_whose_image_no_purge_removed_does_not(record):
    SmearImage.objects.filter(pk=record.image.pk).update(original_purged_at=timezone.now())
    clinical_storage().delete(record.image.original.name)
    assert "no purge removed it" in verify_report(record.report, thorough=True).faults[0]


def test_everything_verifies_after_a_purge(record, rules, run):
    rules("signed_images")
    run()
    assert [str(found) for check in (check_images, check_removals) for found in check()] == []
    assert verify_everything(actor=None).intact


def test_a_purged_file_that_is_there_is_a_fault(record, rules):
    rules("signed_images")
    # Killed before the files went: nothing that follows the commit is done.
    done = purge(actor=None, now=timezone.now() + LATER)
    assert done.images == 1
    assert "A file that was purged is still there." in str(*check_images())


def test_the_next_run_removes_what_a_killed_one_left(record, rules, run):
    rules("signed_images")
    purge(actor=None, now=timezone.now() + LATER)
    assert run().left_behind == 3
    assert kept(purged(record.image)) == []
    assert [str(found) for found in check_images()] == []


def test_a_backup_and_a_move_name_no_purged_file(record, rules, run):
    rules("signed_images")
    run()
    with connection.cursor() as cursor:
        backed_up = read_snapshot(cursor, connection.introspection.table_names()).files
    for names in (backed_up, list(named_files())):
        assert not set(files(record.image)) & set(names)
        assert set(files(record.waiting_image)) <= set(names)


@pytest.mark.parametrize("model", [PurgeRun, ImagePurge])
def test_the_database_keeps_what_was_done(record, rules, run, model):
    rules("signed_images")
    run()
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.update(id="00000000-0000-0000-0000-000000000001")


def test_a_purge_that_is_gone_or_denied_is_named(record, rules, run):
    rules("signed_images")
    run()
    row = ImagePurge.objects.get()
    with triggers_lifted(connection):
        ImagePurge.objects.all().delete()
    found = "\n".join(str(each) for check in (check_images, check_removals) for each in check())
    assert f"{row.pk}" in found
    assert "is not what a purge wrote" in found
    assert not verify_report(record.report, thorough=True).intact


def test_an_image_said_to_be_purged_is_named(record):
    SmearImage.objects.filter(pk=record.image.pk).update(shown_purged_at=timezone.now())
    assert "is not what a purge wrote" in str(*check_images())


@pytest.mark.parametrize(
    "given", ["signed=365", f"signed_images={FEWEST_DAYS - 1}", "signed_images=soon", "signed_images="]
)
def test_a_setting_that_is_not_understood_removes_nothing(record, settings, given):
    settings.PURGE_DAYS = [given]
    with pytest.raises(CommandError, match="HEMATOVISION_PURGE_DAYS"):
        call_command("purge_images", "--apply")
    assert not PurgeRun.objects.exists()


def test_the_command_counts_first(record, rules, ines):
    rules("signed_images", "cancelled_images")
    hold(record, ines)
    out = io.StringIO()
    call_command("purge_images", stdout=out)
    assert "signed_images: 0 images of 0 cases due" in out.getvalue()
    assert "Nothing was removed" in out.getvalue()
    assert not PurgeRun.objects.exists()


def test_the_page_and_the_report_are_of_ones_own_laboratory(record, rules, run, ines, petra):
    rules("signed_images")
    assert plan(now=timezone.now() + LATER).rules[0].images == 1
    done = run()
    ours, theirs = Client(), Client()
    ours.force_login(ines)
    theirs.force_login(petra)
    assert "3 files" in ours.get(reverse("oversight:purges")).content.decode()
    assert "0 files" in theirs.get(reverse("oversight:purges")).content.decode()
    address = reverse("oversight:purge_report", args=[done.run.pk])
    rows = list(csv.DictReader(io.StringIO(ours.get(address).getvalue().decode())))
    assert [(row["image"], row["sha256"], row["rule"]) for row in rows] == [
        (str(record.image.pk), record.image.sha256, "signed_images")
    ]
    assert list(csv.DictReader(io.StringIO(theirs.get(address).getvalue().decode()))) == []


def test_the_display_copy_is_not_made_again(record, rules, run):
    rules("signed_images")
    run()
    image = make_display_copy(purged(record.image))
    assert kept(image) == []
