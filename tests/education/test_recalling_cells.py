"""A recalled cell is gone at once: from attempts under way, from the disk, from the page, and so is the way back to its case."""

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.urls import reverse

from accounts.models import Role
from cases.services.patient_merges import merge_patients
from cases.services.restrictions import restrict_patient
from cases.storage import clinical_storage
from classifier.models import ModelVersion
from education.models import (
    Attempt,
    AttemptItem,
    MaterialState,
    Source,
    TeachingCell,
    TeachingConsent,
    TeachingObjection,
    TeachingPrediction,
    TeachingSource,
)
from education.services.consents import lift_objection, record_consent, record_objection, withdraw_consent
from education.services.recall import recall_chosen, recall_unsupported
from education.verification import check_consents, check_sources
from hematovision.errors import Conflict, PermissionRefused, Unprocessable
from inbox.models import Delivery
from reports.models import Report, ReportKind
from reports.signals import report_signed
from tests.factories.cases import PatientFactory
from tests.factories.copied import copied
from tests.factories.reports import next_version
from tests.factories.teaching import teaching_cell, teaching_set
from tests.people import clinic, laboratory, person


def states():
    return set(TeachingCell.objects.filter(source=Source.SIGNED).values_list("state", "recalled_because"))


def signed(house, kind):
    """The next version of the report, announced as signing announces it."""
    report = next_version(house.case, house.pavel, kind=kind, comments="More.")
    report_signed.send(sender=Report, report_id=report.pk)


@pytest.mark.parametrize("kind", [ReportKind.WITHDRAWN, ReportKind.CORRECTED])
def test_cells_of_a_report_that_changed_are_out_of_a_running_attempt_by_the_next_request(client, house, kind):
    first, second = copied(house.report, house.pavel, count=2)
    attempt = Attempt.objects.create(teaching_set=teaching_set(first, second), student=house.sami, seed=1)
    for position, cell in enumerate([first, second]):
        AttemptItem.objects.create(attempt=attempt, position=position, cell=cell)
    signed(house, kind)
    assert states() == {(MaterialState.RECALLED, "The report was corrected or withdrawn.")}
    assert set(attempt.items.values_list("skipped", flat=True)) == {True}
    client.force_login(house.sami)
    assert client.get(reverse("education:cell_picture", args=[first.pk])).status_code == 404


def test_an_answer_that_was_given_stays(house):
    first, second = copied(house.report, house.pavel, count=2)
    attempt = Attempt.objects.create(teaching_set=teaching_set(first, second), student=house.sami, seed=1)
    answered = AttemptItem.objects.create(attempt=attempt, position=0, cell=first)
    answered.answers.create(label="neutrophil", correct=True, ms=900)
    AttemptItem.objects.create(attempt=attempt, position=1, cell=second)
    signed(house, ReportKind.WITHDRAWN)
    assert list(attempt.items.values_list("skipped", flat=True)) == [False, True]


def test_an_addendum_recalls_nothing(house):
    copied(house.report, house.pavel, count=1)
    signed(house, ReportKind.APPENDED)
    assert states() == {(MaterialState.OPEN, "")}


def test_the_picture_and_the_way_back_are_deleted(house, django_capture_on_commit_callbacks):
    (taught,) = copied(house.report, house.pavel, count=1)
    name = taught.picture.name
    predicted = TeachingPrediction(cell=taught, model_version=ModelVersion.objects.get())
    predicted.heat_maps.save("", ContentFile(b"where the model saw which class"))
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(actor=house.ines, clinic=house.riverside)
    assert not clinical_storage().exists(name)
    assert not clinical_storage().exists(predicted.heat_maps.name)
    assert not TeachingSource.objects.exists()
    assert states() == {(MaterialState.RECALLED, "The clinic does not consent any longer.")}
    assert [*check_sources(), *check_consents()] == []


def test_an_objection_recalls_and_what_is_taken_back_is_copied_anew(house):
    copied(house.report, house.pavel, count=1)
    assert record_objection(actor=house.amina, patient=house.case.patient) == 1
    with pytest.raises(Conflict):
        record_objection(actor=house.ines, patient=house.case.patient)
    lift_objection(actor=house.ines, patient=house.case.patient)
    assert states() == {(MaterialState.RECALLED, "The patient objects.")}
    assert copied(house.report, house.pavel, count=1)
    assert [*check_sources(), *check_consents()] == []


def test_a_restriction_recalls(house):
    copied(house.report, house.pavel, count=1)
    # Its acknowledgement is none of this test's business.
    Delivery.objects.filter(case=house.case).delete()
    restrict_patient(actor=house.ines, patient=house.case.patient, reason="They asked for erasure.")
    assert states() == {(MaterialState.RECALLED, "The patient is restricted.")}


def test_an_objection_under_another_number_counts_once_the_records_are_merged(house):
    copied(house.report, house.pavel, count=1)
    other = PatientFactory(organisation=house.riverside)
    record_objection(actor=house.amina, patient=other)
    assert states() == {(MaterialState.OPEN, "")}
    merge_patients(
        actor=house.amina, patient=other, into=house.case.patient, reason="Registered twice, says the clinic."
    )
    assert states() == {(MaterialState.RECALLED, "The patient objects.")}


def test_what_an_interrupted_process_left_is_recalled_by_the_hourly_pass(house):
    copied(house.report, house.pavel, count=1)
    TeachingConsent.objects.all().delete()
    assert (recall_unsupported(), recall_unsupported()) == (1, 0)


def test_a_person_recalls_with_a_reason_what_is_of_their_laboratory(client, house):
    (taught,) = copied(house.report, house.pavel, count=1)
    far = laboratory("northern-laboratory")
    foreign, shared = teaching_cell(laboratory=far, source=Source.OWN), teaching_cell()
    client.force_login(house.vera)
    address = reverse("education:material")
    page = client.get(address).text
    assert (str(taught.pk) in page, str(foreign.pk) in page, str(shared.pk) in page) == (True, False, False)
    chosen = [str(cell.pk) for cell in (taught, foreign, shared)]
    for too in ("short", "long, " * 30):
        assert client.post(address, {"cell": chosen, "reason": too}).status_code == 422
    # PostgreSQL keeps no NUL, and whoever sends one is answered all the same.
    done = client.post(address, {"cell": chosen, "reason": "Writing\x00on the glass."}, follow=True)
    assert "1 cell was recalled." in done.text
    assert "Writing on the glass." in done.text
    assert set(TeachingCell.objects.exclude(pk=taught.pk).values_list("state", flat=True)) == {MaterialState.OPEN}
    with pytest.raises(Conflict, match=r"recalled \(Writing on the glass\)"):
        copied(house.report, house.pavel, count=1)
    with pytest.raises(PermissionRefused):
        recall_chosen(actor=house.sami, cells=[taught.pk], reason="Writing on the glass.")


def test_an_administrator_is_led_to_the_report_and_a_teacher_is_not(client, house):
    (taught,) = copied(house.report, house.pavel, count=1)
    address = reverse("education:source", args=[taught.pk])
    client.force_login(house.ines)
    assert client.get(address).url == reverse("reports:report", args=[house.report.pk])
    client.force_login(house.pavel)
    assert client.get(address).status_code == 403
    client.force_login(person("Petra", Role.ADMINISTRATOR, laboratory("northern-laboratory")))
    assert client.get(address).status_code == 404


def test_the_command_recalls_of_a_patient(house, capsys):
    copied(house.report, house.pavel, count=2)
    call_command("recall_teaching", patient=house.case.patient_id, reason="The patient wrote to us.")
    assert capsys.readouterr().out == "2 cells were recalled.\n"
    assert states() == {(MaterialState.RECALLED, "The patient wrote to us.")}


def test_a_browser_asks_for_a_copied_picture_each_time(client, house):
    (taught,) = copied(house.report, house.pavel, count=1)
    client.force_login(house.sami)
    address = reverse("education:cell_picture", args=[taught.pk])
    answer = client.get(address)
    assert answer["Cache-Control"] == "private, no-cache"
    again = client.get(address, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (
        client.get(reverse("education:cell_picture", args=[teaching_cell().pk]))["Cache-Control"]
        == "private, max-age=86400"
    )


def test_consent_is_recorded_with_day_and_person(client, house):
    client.force_login(house.ines)
    address, form = reverse("education:consents"), {"clinic": str(house.riverside.pk)}
    assert client.post(address, {**form, "agreed_on": "2026-02-01"}).status_code == 409
    client.post(address, {**form, "action": "withdraw"})
    assert client.post(address, {**form, "agreed_on": "no day"}).status_code == 422
    page = client.post(address, {**form, "agreed_on": "2026-02-01"}, follow=True).text
    assert f"Agreed on 1 Feb 2026; recorded by {house.ines.full_name}" in page
    with pytest.raises(Unprocessable):
        record_consent(
            actor=house.ines,
            clinic=clinic("hilltop-clinic", house.central),
            agreed_on=house.case.created_at.date().replace(year=2999),
        )


def test_an_objection_is_recorded_on_a_page_of_the_patient(client, house):
    copied(house.report, house.pavel, count=1)
    client.force_login(house.amina)
    address = reverse("education:objection", args=[house.case.patient_id])
    assert "1 cell recalled" in client.post(address, {"action": "object"}, follow=True).text
    assert "The patient objects" in client.get(address).text
    client.post(address, {"action": "lift"})
    assert not TeachingObjection.objects.in_force().exists()
    client.force_login(house.pavel)
    assert client.post(address, {"action": "object"}).status_code == 403
