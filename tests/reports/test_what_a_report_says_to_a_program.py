"""The content of a report in codes, numbers and units; format 1 stays readable, and the API describes both."""

import pytest
from rest_framework import serializers

from reports.api.content_serializers import ReportContent
from reports.presenters.content import UNITS
from tests.factories import reports as factory
from tests.factories.reports import NEUTROPENIC, next_version

pytestmark = pytest.mark.django_db

FORMAT_2_MEMBERS = {
    "": ("units",),
    "case": ("priority_code", "stain_code"),
    "clinic": ("slug",),
    "laboratory": ("slug",),
    "patient": ("sex_code",),
    "report": ("kind_label",),
}


def undescribed(field, value, path="content"):
    """Members that the description and the content do not share, by their path."""
    if isinstance(field, serializers.ListSerializer):
        return [found for row in value for found in undescribed(field.child, row, path)]
    if not isinstance(field, serializers.Serializer) or value is None:
        return []
    differing = [f"{path}.{name}" for name in set(value) ^ set(field.fields)]
    shared = [(field.fields[name], value[name], f"{path}.{name}") for name in value if name in field.fields]
    return differing + [found for part in shared for found in undescribed(*part)]


def in_format_1(content):
    """The content as it was before there was a format 2."""
    old = {**content, "format_version": 1}
    for part, names in FORMAT_2_MEMBERS.items():
        kept = {name: value for name, value in (old[part] if part else old).items() if name not in names}
        old = {**old, part: kept} if part else kept
    rows = [
        {name: value for name, value in row.items() if name != "reference_range"} for row in old["differential"]["rows"]
    ]
    return {**old, "differential": {**old["differential"], "rows": rows}}


@pytest.fixture
def old_report(case, pavel, monkeypatch):
    """A report that was sealed in format 1."""
    build = factory.build_content
    with monkeypatch.context() as patched:
        patched.setattr(factory, "build_content", lambda **given: in_format_1(build(**given)))
        return next_version(case, pavel, counts=NEUTROPENIC)


def test_codes_stand_beside_words(case, pavel):
    data = next_version(case, pavel, counts=NEUTROPENIC).data
    assert data["format_version"] == 2
    assert (data["case"]["priority"], data["case"]["priority_code"]) == ("Routine", "routine")
    assert (data["case"]["stain"], data["case"]["stain_code"]) == (case.get_stain_display(), case.stain)
    assert data["patient"]["sex_code"] == case.patient.sex
    assert (data["report"]["kind"], data["report"]["kind_label"]) == ("original", "Original")
    assert (data["signature"]["role"], data["signature"]["role_code"]) == ("Pathologist", "pathologist")
    assert (data["clinic"]["slug"], data["laboratory"]["slug"]) == (case.clinic.slug, case.laboratory.slug)


def test_reference_ranges_are_numbers_and_every_measured_member_has_its_unit(case, pavel):
    found = next_version(case, pavel, counts=NEUTROPENIC).data
    rows = {row["code"]: row for row in found["differential"]["rows"]}
    assert rows["neutrophil"]["reference"] == "40\N{EN DASH}75"
    bounds = rows["neutrophil"]["reference_range"]
    assert (bounds["low"], bounds["high"], bounds["ucum"]) == ("40", "75", "%")
    assert rows["neutrophil"]["flag"] == "low"
    assert found["units"] == UNITS
    assert set(UNITS) <= set(rows["neutrophil"]) | set(found["differential"]) | set(found["case"])


def test_a_limited_count_has_no_flags(case, pavel):
    found = next_version(case, pavel, counts={"neutrophil": 3, "eosinophil": 4}).data["differential"]
    assert found["limited"] is True
    assert {row["flag"] for row in found["rows"]} == {""}


@pytest.mark.parametrize("kind", ["original", "corrected", "withdrawn"])
def test_the_description_names_every_member_and_no_other(case, pavel, kind):
    report = next_version(case, pavel)
    if kind != "original":
        report = next_version(case, pavel, kind=factory.ReportKind(kind))
    described = ReportContent(data=report.data)
    assert described.is_valid(), described.errors
    assert undescribed(described, report.data) == []


def test_a_report_of_format_1_fits_the_description_and_is_shown(client, case, pavel, old_report):
    described = ReportContent(data=old_report.data)
    assert described.is_valid(), described.errors
    client.force_login(pavel, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(f"/reports/{old_report.pk}/").content.decode()
    assert "40\N{EN DASH}75" in page
    assert case.patient.family_name in page


def test_the_correction_of_a_report_of_format_1_lists_no_change_of_the_format(case, pavel, old_report):
    corrected = next_version(case, pavel, kind=factory.ReportKind.CORRECTED, counts=NEUTROPENIC)
    assert corrected.data["format_version"] == 2
    assert corrected.data["report"]["changes"] == []
