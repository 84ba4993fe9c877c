"""People whose birth date is known to the month, to the year, or not at all."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from cases.form_fields import BirthDateField
from cases.models import Patient
from cases.partial_date import PartialDate, Precision
from cases.reference_ranges import range_for
from cases.services.patients import find_duplicates, register_patient, update_patient
from hematovision.errors import Unprocessable
from tests.factories.cases import PatientFactory

TODAY = dt.date(2026, 11, 30)


@pytest.mark.parametrize(
    ("written", "shown", "phrase", "last"),
    [
        ("1961-03-05", "5 Mar 1961", "born 5 Mar 1961", dt.date(1961, 3, 5)),
        ("1960-02", "02/1960", "born 02/1960", dt.date(1960, 2, 29)),
        ("1961", "1961", "born 1961", dt.date(1961, 12, 31)),
        ("", "Birth date unknown", "birth date unknown", None),
    ],
)
def test_a_birth_date_says_no_more_than_is_known(written, shown, phrase, last):
    date = PartialDate.parse(written)
    assert (str(date), date.phrase, date.last) == (shown, phrase, last)
    assert date.isoformat() == written
    assert date.is_known_to_the_day == (len(written) == 10)


@pytest.mark.parametrize(
    "written", ["61", "1961-13", "1961-02-30", "05.03.1961", "0000", "1961-3", "١٩٦١", "1961-03-05 "]
)
def test_what_is_no_date_is_refused(written):
    with pytest.raises(ValueError, match="date"):
        PartialDate.parse(written)


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("29.2.1980", "1980-02-29"),
        ("3/1961", "1961-03"),
        (" 1961 ", "1961"),
        ("Unknown", ""),
        ("1980-02-29", "1980-02-29"),
    ],
)
def test_a_form_takes_what_can_be_meant_in_one_way_only(typed, means):
    assert BirthDateField().clean(typed) == PartialDate.parse(means)


@pytest.mark.parametrize("typed", ["02/03/1980", "", "1980-02-30", "80", "not known"])
def test_a_form_refuses_the_rest(typed):
    with pytest.raises(ValidationError):
        BirthDateField().clean(typed)


@pytest.mark.parametrize("written", ["1961-03-05", "1961-03", "1961"])
def test_a_grown_person_has_their_range_however_much_is_known(written):
    known = range_for("neutrophil", birth_date=PartialDate.parse(written), sex="female", on=TODAY)
    assert known == range_for("neutrophil", birth_date=dt.date(1961, 3, 5), sex="female", on=TODAY)


@pytest.mark.parametrize(
    ("code", "written", "has"),
    [
        ("neutrophil", "", False),
        # Eleven years old in the course of 2026: a child's range or a grown person's.
        ("neutrophil", "2015", False),
        ("neutrophil", "2015-12", True),
        ("neutrophil", "2014", True),
        # Born this year, so at most eleven months old: a newborn's or an infant's.
        ("neutrophil", "2026", False),
        ("immature_granulocyte", "2026", True),
        ("neutrophil", "2027", False),
    ],
)
def test_an_age_that_is_not_known_well_enough_has_no_range(code, written, has):
    found = range_for(code, birth_date=PartialDate.parse(written), sex="female", on=TODAY)
    assert (found is not None) == has


@pytest.fixture
def register(amina):
    """`register(written, **other)`: a patient of riverside-clinic with what is known of their birth date."""

    def make(written, **other):
        given = {"mrn": "R-1", "family_name": "Okafor", "given_name": "Ada", **other}
        return register_patient(actor=amina, birth_date=PartialDate.parse(written), **given)

    return make


@pytest.mark.django_db
@pytest.mark.parametrize("written", ["1961-03-05", "1961-03", "1961", ""])
def test_it_is_kept_and_found_as_far_as_it_is_known(register, written):
    born = PartialDate.parse(written)
    patient = Patient.objects.get(pk=register(written).pk)
    assert patient.born == born
    assert (patient.birth_date, patient.birth_date_precision) == (born.first, born.precision)
    assert Patient.objects.born_on(born).get() == patient
    assert not Patient.objects.born_on(dt.date(1961, 1, 1)).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("written", ["2999", "2026-12", "1890"])
def test_an_impossible_one_is_refused(register, written, monkeypatch):
    monkeypatch.setattr("cases.models.patient.timezone.localdate", lambda: TODAY)
    with pytest.raises(Unprocessable, match="birth date"):
        register(written)


@pytest.mark.django_db
def test_the_database_refuses_a_day_without_precision_and_precision_without_a_day(riverside):
    patient = PatientFactory(organisation=riverside)
    for wrong in ({"birth_date": None}, {"birth_date_precision": Precision.UNKNOWN}, {"birth_date_precision": "week"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Patient.objects.filter(pk=patient.pk).update(**wrong)


@pytest.mark.django_db
def test_a_correction_keeps_how_little_was_known(amina, register):
    patient = register("1961")
    corrected = update_patient(
        actor=amina, patient=patient, reason="identity_confirmed", birth_date=dt.date(1961, 3, 5)
    )
    former = corrected.former_identities.get()
    assert (former.born, corrected.born) == (PartialDate.parse("1961"), PartialDate.of(dt.date(1961, 3, 5)))
    assert Patient.objects.ever_born_on(PartialDate.parse("1961")).get() == patient
    again = update_patient(actor=amina, patient=corrected, reason="mistyped", birth_date=dt.date(1961, 3, 5))
    assert again.former_identities.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("known", "typed", "why"),
    [
        ("1961", "1961-03-05", "Same name, and birth dates that can be the same."),
        ("1961-03-05", "1961-03", "Same name, and birth dates that can be the same."),
        ("", "1961-03-05", "Same name; a birth date is unknown."),
        ("1961-03-05", "", "Same name; a birth date is unknown."),
        ("", "", "Same name; a birth date is unknown."),
        ("1961", "1962-03-05", None),
        ("1961-03", "1961-04", None),
    ],
)
def test_birth_dates_that_can_be_the_same_are_a_possible_double(amina, register, known, typed, why):
    register(known)
    found = find_duplicates(
        actor=amina, mrn="new", family_name="okafor", given_name="ada", birth_date=PartialDate.parse(typed)
    )
    assert [patient.duplicate_reason for patient in found] == ([why] if why else [])
