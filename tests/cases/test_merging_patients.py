"""Two records of one person made one, refused where it must not be, and undone."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import Error, transaction
from django.utils import timezone

from audit.models import AuditEvent
from cases.models import Case, Patient, PatientMerge
from cases.patient_verification import check_merges
from cases.services.cases import create_case
from cases.services.patient_merges import merge_patients, undo_merge
from cases.services.patient_numbers import set_numbers
from cases.services.patients import find_duplicates, register_patient, update_patient
from cases.services.restrictions import lift_restriction, restrict_patient
from cases.services.transitions import step_case
from cases.verification import check_cases
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from hematovision.verifications import Finding
from reports.selectors.versions import previous_signed_differential
from tests.factories.cases import CaseFactory, PatientFactory
from tests.factories.reports import signed_report

pytestmark = pytest.mark.django_db

WHY = "The same person was registered twice."


@pytest.fixture
def double(riverside):
    return PatientFactory(organisation=riverside, mrn="D-1", family_name="Okonkwu", given_name="Ada")


@pytest.fixture
def survivor(riverside):
    return PatientFactory(organisation=riverside, mrn="S-1", family_name="Okonkwo", given_name="Adaeze")


@pytest.fixture
def merged(amina, double, survivor):
    return merge_patients(actor=amina, patient=double, into=survivor, reason=WHY)


def fresh(record):
    return type(record).objects.get(pk=record.pk)


def in_database(**changes):
    """What the database says to a case given another patient by SQL; empty where it lets it pass."""
    try:
        with transaction.atomic():
            Case.objects.filter(pk=changes.pop("case").pk).update(**changes)
    except Error as error:
        return str(error)
    return ""


def test_what_is_not_signed_follows_the_person(amina, pavel, double, survivor):
    states = ("draft", "ready", "cancelled")
    moving = [
        CaseFactory(clinic=double.organisation, patient=double, **{state: True} if state != "draft" else {})
        for state in states
    ]
    signed = CaseFactory(clinic=double.organisation, patient=double, signed=True)
    signed_report(signed, pavel)
    merge = merge_patients(actor=amina, patient=double, into=survivor, reason=WHY)
    assert fresh(double).merged_into == survivor
    assert {fresh(case).patient_id for case in moving} == {survivor.pk}
    assert fresh(signed).patient_id == double.pk
    before = fresh(merge).before
    assert sorted(before["repointed"]["cases.case"]) == sorted(str(case.pk) for case in moving)
    assert (before["from"]["mrn"], before["into"]["family_name"]) == ("D-1", "Okonkwo")
    event = AuditEvent.objects.get(object_type="cases.patientmerge")
    assert (event.reason, event.after["into"], event.after["cases.case"]) == (WHY, str(survivor.pk), 3)
    assert "D-1" not in str(list(AuditEvent.objects.values_list("before", "after")))
    assert [
        *check_merges(),
        *(
            finding
            for finding in check_cases()
            if isinstance(finding, Finding) and "audit trail does not" not in str(finding)
        ),
    ] == []


@pytest.mark.parametrize("typed", ["D-1", "d-0", "nat-7"])
def test_every_number_finds_the_record_that_stands(amina, double, survivor, typed):
    update_patient(actor=amina, patient=double, reason="mistyped", mrn="D-0")
    set_numbers(actor=amina, patient=double, numbers=[("national", "NAT-7")])
    merge_patients(actor=amina, patient=double, into=survivor, reason=WHY)
    assert list(Patient.objects.ever_with_number(typed)) == [survivor]
    assert list(Patient.objects.ever_with_family_name("Okonkwu")) == [survivor]


def test_registering_the_merged_number_again_names_the_record_that_stands(amina, merged, survivor):
    with pytest.raises(Conflict) as refusal:
        register_patient(actor=amina, mrn="D-1", family_name="X", birth_date=None)
    assert refusal.value.details == {"patient": str(survivor.pk)}
    found = find_duplicates(
        actor=amina, mrn="new", family_name="Okonkwu", given_name="Ada", birth_date=dt.date(1980, 2, 29)
    )
    assert found == [survivor]


def test_a_merged_record_takes_nothing_more(amina, ines, merged, double, survivor):
    asked = [
        lambda: update_patient(actor=amina, patient=double, reason="mistyped", mrn="D-9"),
        lambda: create_case(actor=amina, patient=double),
        lambda: set_numbers(actor=amina, patient=double, numbers=[("x", "1")]),
        lambda: merge_patients(actor=amina, patient=double, into=survivor, reason=WHY),
        lambda: merge_patients(actor=amina, patient=survivor, into=double, reason=WHY),
        lambda: restrict_patient(actor=ines, patient=double, reason="Asked for it in writing."),
    ]
    for ask in asked:
        with pytest.raises(Conflict) as refusal:
            ask()
        assert (refusal.value.code, refusal.value.details) == ("merged", {"into": str(survivor.pk)})
    assert Patient.objects.visible_to(amina).filter(pk=double.pk).exists()


def test_whoever_was_merged_before_is_led_on_and_back(amina, ines, merged, double, survivor):
    third = PatientFactory(organisation=survivor.organisation)
    second = merge_patients(actor=amina, patient=survivor, into=third, reason=WHY)
    assert fresh(double).merged_into == third
    with pytest.raises(Conflict, match="merged into another"):
        undo_merge(actor=ines, merge=merged, reason="Two people after all.")
    assert not list(check_merges())
    undo_merge(actor=ines, merge=second, reason="Two people after all.")
    assert fresh(double).merged_into == survivor
    undo_merge(actor=ines, merge=merged, reason="Two people after all.")
    assert fresh(double).merged_into is None
    assert not list(check_merges())


def test_a_patient_into_themselves_and_without_a_reason_is_refused(amina, double, survivor):
    with pytest.raises(Conflict, match="not merged into themselves"):
        merge_patients(actor=amina, patient=double, into=double, reason=WHY)
    with pytest.raises(Unprocessable, match="Say in a sentence why"):
        merge_patients(actor=amina, patient=double, into=survivor, reason="same")
    assert fresh(double).merged_into is None


def test_a_case_that_somebody_reviews_stands_against_it(amina, double, survivor):
    case = CaseFactory(clinic=double.organisation, patient=double, in_review=True)
    with pytest.raises(Conflict, match=f"reviewing case {case.accession_number}"):
        merge_patients(actor=amina, patient=double, into=survivor, reason=WHY)
    assert (fresh(double).merged_into, PatientMerge.objects.count()) == (None, 0)


def test_one_who_is_restricted_stands_against_it(ines, double, survivor):
    for restricted, other in ((double, survivor), (survivor, double)):
        restriction = restrict_patient(actor=ines, patient=restricted, reason="Asked for it in writing.")
        with pytest.raises(Conflict, match="restricted"):
            merge_patients(actor=ines, patient=restricted, into=other, reason=WHY)
        lift_restriction(actor=ines, restriction=restriction, reason="Withdrawn in writing.")


def test_two_clinics_keep_a_record_each(ines, double, hilltop):
    with pytest.raises(Conflict, match="each keeps its own"):
        merge_patients(actor=ines, patient=double, into=PatientFactory(organisation=hilltop), reason=WHY)


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("bora", NotFound), ("nadia", NotFound), ("pavel", PermissionRefused), ("olga", PermissionRefused)],
)
def test_only_the_clinic_and_its_administrators_merge(request, double, survivor, who, refusal):
    for patient in (double, survivor):
        CaseFactory(clinic=patient.organisation, patient=patient, ready=True)
    with pytest.raises(refusal):
        merge_patients(actor=request.getfixturevalue(who), patient=double, into=survivor, reason=WHY)


def test_restricting_the_person_hides_what_was_merged_too(amina, ines, pavel, double, survivor):
    signed = CaseFactory(clinic=double.organisation, patient=double, signed=True)
    merge_patients(actor=amina, patient=double, into=survivor, reason=WHY)
    restriction = restrict_patient(actor=ines, patient=survivor, reason="Asked for it in writing.")
    assert not Case.objects.visible_to(pavel).filter(pk=signed.pk).exists()
    lift_restriction(actor=ines, restriction=restriction, reason="Withdrawn in writing.")
    assert Case.objects.visible_to(pavel).filter(pk=signed.pk).exists()


def test_the_previous_differential_is_the_persons(amina, pavel, double, survivor):
    report = signed_report(CaseFactory(clinic=double.organisation, patient=double, signed=True), pavel)
    merge_patients(actor=amina, patient=double, into=survivor, reason=WHY)
    case = CaseFactory(clinic=survivor.organisation, patient=survivor, ready=True)
    assert previous_signed_differential(fresh(survivor), case)["report"] == str(report.pk)


def test_an_administrator_undoes_it_within_thirty_days(amina, ines, double, survivor):
    mine = CaseFactory(clinic=double.organisation, patient=double, ready=True)
    theirs = CaseFactory(clinic=double.organisation, patient=survivor, ready=True)
    merge = merge_patients(actor=amina, patient=double, into=survivor, reason=WHY)
    with pytest.raises(PermissionRefused):
        undo_merge(actor=amina, merge=merge, reason="Two people after all.")
    undo_merge(actor=ines, merge=merge, reason="Two people after all.")
    assert (fresh(double).merged_into, fresh(mine).patient_id, fresh(theirs).patient_id) == (
        None,
        double.pk,
        survivor.pk,
    )
    with pytest.raises(Conflict, match="undone already"):
        undo_merge(actor=ines, merge=merge, reason="Two people after all.")
    assert not list(check_merges())
    again = merge_patients(actor=amina, patient=double, into=survivor, reason=WHY)
    assert fresh(again).may_still_be_undone


def test_it_stays_after_thirty_days(ines, merged, monkeypatch):
    later = timezone.now() + dt.timedelta(days=30, minutes=1)
    monkeypatch.setattr("cases.models.patient_merge.timezone.now", lambda: later)
    with pytest.raises(Conflict, match="within 30 days"):
        undo_merge(actor=ines, merge=merged, reason="Two people after all.")


def test_it_stays_once_a_case_was_signed_since(ines, pavel, merged, survivor):
    case = CaseFactory(clinic=survivor.organisation, patient=survivor, in_review=True)
    step_case(case=case, to="signed", by=pavel)
    with pytest.raises(Conflict, match="signed since the merge"):
        undo_merge(actor=ines, merge=merged, reason="Two people after all.")


def test_the_database_lets_a_case_go_to_the_same_person_only(amina, double, survivor, riverside):
    case = CaseFactory(clinic=riverside, patient=double, ready=True)
    signed = CaseFactory(clinic=riverside, patient=double, signed=True)
    assert "stays with its patient" in in_database(case=case, patient=survivor)
    Patient.objects.filter(pk=double.pk).update(merged_into=survivor)
    assert "stays with its patient" in in_database(case=signed, patient=survivor)
    assert "stays with its patient" in in_database(case=case, patient=PatientFactory(organisation=riverside))
    assert in_database(case=case, patient=survivor) == ""
    assert in_database(case=case, patient=double) == ""


def test_the_database_keeps_merges_and_their_ends(ines, merged):
    undo = undo_merge(actor=ines, merge=merged, reason="Two people after all.")
    for row, changes in (
        (merged, {"reason": "Another reason."}),
        (merged, {"into": merged.from_patient}),
        (undo, {"reason": "x"}),
    ):
        with pytest.raises(Error), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(**changes)
    for row in (undo, merged):
        with pytest.raises(Error), transaction.atomic():
            type(row).objects.filter(pk=row.pk)._raw_delete("default")


def test_a_forced_merge_is_named(double, survivor, merged):
    Patient.objects.filter(pk=survivor.pk).update(merged_into=PatientFactory(organisation=survivor.organisation))
    assert str(survivor.pk) in " ".join(map(str, check_merges()))
    Patient.objects.filter(pk=survivor.pk).update(merged_into=None)
    Patient.objects.filter(pk=double.pk).update(merged_into=None)
    assert str(double.pk) in " ".join(map(str, check_merges()))
