"""What waits, works and ended is counted from rows: once each, by few labels, without anybody's name."""

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError
from django.utils import timezone

from audit.services import checkpoints, record
from cases.models import SmearImage
from cases.states import ImageState
from classifier.models import Analysis, AnalysisState, WorkerHeartbeat
from classifier.services.sweeping import sweep
from hematovision.metrics import rows
from integrations.models import ConnectionState, Direction, Message, MessageState
from tests.factories.cases import CaseFactory, SmearImageFactory
from tests.factories.connections import a_connection
from tests.factories.reports import NEUTROPENIC, signed_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(amina):
    """`waiting(priority)` -> an image of a case of that priority, queued for analysis."""

    def make(priority="routine", since=timedelta(minutes=5)):
        case = CaseFactory(clinic=amina.organisation, created_by=amina, priority=priority)
        image = SmearImageFactory(case=case, uploaded_by=amina)
        SmearImage.objects.filter(pk=image.pk).update(state=ImageState.QUEUED)
        Analysis.objects.create(image=image, queued_at=timezone.now() - since)
        return image

    return make


def test_images_wait_by_priority(scrape, waiting):
    waiting("stat", timedelta(minutes=2))
    waiting("routine", timedelta(hours=1))
    waiting("routine")
    found = scrape()
    assert found.value("hematovision_images_waiting", priority="stat") == 1
    assert found.value("hematovision_images_waiting", priority="routine") == 2
    assert found.value("hematovision_images_waiting", priority="urgent") == 0
    assert found.value("hematovision_images_oldest_wait_seconds", priority="stat") >= 120
    assert found.value("hematovision_images_oldest_wait_seconds", priority="routine") >= 3600
    assert found.value("hematovision_images_oldest_wait_seconds", priority="urgent") == 0


def test_a_message_sent_again_counts_no_image_twice(scrape, waiting):
    waiting()
    sweep()
    Analysis.objects.update(sent_at=timezone.now() - timedelta(hours=1))
    sweep()
    assert scrape().value("hematovision_images_waiting", priority="routine") == 1


def test_an_image_that_nobody_queued_waits_as_well(scrape, amina):
    case = CaseFactory(clinic=amina.organisation, created_by=amina)
    SmearImageFactory(case=case, uploaded_by=amina, uploaded_at=timezone.now() - timedelta(minutes=3))
    found = scrape()
    assert found.value("hematovision_images_waiting", priority="routine") == 1
    assert found.value("hematovision_images_oldest_wait_seconds", priority="routine") >= 180


def test_analyses_that_ended(scrape, waiting):
    failed, long_ago = waiting(), waiting()
    now = timezone.now()
    Analysis.objects.filter(image=failed).update(
        state=AnalysisState.FAILED, problem="It failed.", problem_kind="defect", finished_at=now
    )
    Analysis.objects.filter(image=long_ago).update(
        state=AnalysisState.FAILED, problem="It failed.", problem_kind="defect", finished_at=now - timedelta(hours=1)
    )
    SmearImage.objects.filter(pk__in=[failed.pk, long_ago.pk]).update(state=ImageState.FAILED, problem="It failed.")
    found = scrape()
    assert found.value("hematovision_analyses_recent", outcome="failed") == 1
    assert found.value("hematovision_analyses_recent", outcome="done") == 0
    assert found.value("hematovision_images_without_result", state="failed") == 2
    assert found.value("hematovision_images_without_result", state="rejected") == 0


def test_how_long_analyses_took():
    family = rows._histogram("took", "Seconds.", [0.1, 0.2, 7.0, 4000.0])
    buckets = {sample.labels["le"]: sample.value for sample in family.samples if sample.name == "took_bucket"}
    assert buckets == {
        "0.1": 1, "0.25": 2, "0.5": 2, "1": 2, "2.5": 2, "5": 2, "10": 3, "30": 3, "60": 3, "300": 3, "+Inf": 4,
    }  # fmt: skip
    assert {sample.name: sample.value for sample in family.samples}["took_gsum"] == pytest.approx(4007.3)


def test_workers_by_queue(scrape):
    now = timezone.now()
    for name, queue, seen, problem in (
        ("a", "inference,default", now, ""),
        ("b", "inference", now, "The model file was altered."),
        ("c", "inference", now - timedelta(hours=1), ""),
    ):
        WorkerHeartbeat.objects.create(worker=name, queue=queue, started_at=now, seen_at=seen, problem=problem)
    found = scrape()
    assert found.value("hematovision_workers", queue="inference", state="alive") == 2
    assert found.value("hematovision_workers", queue="default", state="alive") == 1
    assert found.value("hematovision_workers", queue="training", state="alive") == 0
    # None of them holds a model.
    assert found.value("hematovision_workers", queue="inference", state="ready") == 0


def test_the_audit_trail_and_its_checkpoint(scrape, tmp_path, settings):
    settings.AUDIT_CHECKPOINT_DIR = str(tmp_path)
    assert scrape().value("hematovision_audit_checkpoint_timestamp_seconds") == 0
    record(actor=None, action="verify", object_type="tests")
    written = checkpoints.write_checkpoint(actor=None).checkpoint
    found = scrape()
    assert found.value("hematovision_audit_checkpoint_timestamp_seconds") == written.moment.timestamp()
    assert found.value("hematovision_audit_checkpoint_events") == written.position
    # Writing the checkpoint is an event of its own.
    assert found.value("hematovision_audit_events") == written.position + 1


def test_reports_nobody_acknowledged(scrape, amina, pavel, monkeypatch, tmp_path):
    case = CaseFactory(clinic=amina.organisation, created_by=amina, in_review=True)
    signed_report(case, pavel, counts=NEUTROPENIC)
    found = scrape()
    assert found.value("hematovision_deliveries_waiting", critical="yes") == 1
    assert found.value("hematovision_deliveries_waiting", critical="no") == 0


def test_what_readyz_finds(scrape):
    found = scrape()
    assert found.value("hematovision_part_ready", part="database") == 1
    assert found.value("hematovision_part_ready", part="worker") == 0


def test_room_on_the_disks(scrape):
    found = scrape()
    for folder in ("files", "checkpoints"):
        free = found.value("hematovision_disk_free_bytes", folder=folder)
        assert 0 < free <= found.value("hematovision_disk_size_bytes", folder=folder)


def test_a_part_that_cannot_be_read_hides_no_other(scrape, monkeypatch):
    def away():
        raise DatabaseError("away")

    monkeypatch.setitem(rows.PARTS, "deliveries", away)
    found = scrape()
    assert found.value("hematovision_metrics_readable", part="deliveries") == 0
    assert found.value("hematovision_metrics_readable", part="images") == 1
    assert "hematovision_deliveries_waiting" not in found.families
    assert "hematovision_workers" in found.families


def test_it_costs_the_same_however_much_there_is(
    scrape, waiting, django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_max_num_queries(30) as first:
        scrape()
    for _ in range(5):
        waiting()
    with django_assert_num_queries(len(first)):
        scrape()


def test_labels_name_no_one(scrape, waiting, amina):
    image = waiting()
    found = scrape()
    ours = [family for name, family in found.families.items() if name.startswith("hematovision_")]
    labels = {label for family in ours for sample in family.samples for label in sample.labels}
    assert labels <= {
        "view", "method", "status", "le", "reason", "priority", "state", "outcome", "queue", "critical", "part", "folder",
    }  # fmt: skip
    for name in (
        str(image.pk),
        image.case.accession_number,
        amina.email,
        amina.organisation.slug,
        str(django_settings.MEDIA_ROOT),
    ):
        assert name not in found.text


def test_a_refused_upload_counts_by_its_reason(scrape, amina, client):
    case = CaseFactory(clinic=amina.organisation, created_by=amina)
    client.force_login(amina)
    before = scrape().value("hematovision_uploads_refused_total", reason="unsupported_media") or 0
    answer = client.post(
        f"/cases/{case.pk}/images/",
        {"files": SimpleUploadedFile("patient-name.jpg", b"%PDF-1.7 no picture")},
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 415
    found = scrape()
    assert found.value("hematovision_uploads_refused_total", reason="unsupported_media") == before + 1
    assert "patient-name" not in found.text


def test_messages_of_each_connection_that_wait(scrape, central, ines):
    connection = a_connection(central, ines, name="LIS")
    a_connection(central, ines, name="Off", state=ConnectionState.OFF)
    facts = {"connection": connection, "direction": Direction.OUT, "sha256": "0" * 64, "size": 0}
    hour_ago = timezone.now() - timedelta(hours=1)
    Message.objects.create(state=MessageState.QUEUED, created_at=hour_ago, **facts)
    Message.objects.create(state=MessageState.REFUSED, sentence="The receiver will not have it.", **facts)
    found = scrape()
    whose = {"laboratory": "central-laboratory", "connection": "LIS"}
    assert found.value("hematovision_lis_waiting", **whose) == 1
    assert found.value("hematovision_lis_oldest_seconds", **whose) >= 3600
    assert found.value("hematovision_lis_stuck", state="refused", **whose) == 1
    assert len(found.families["hematovision_lis_waiting"].samples) == 1
