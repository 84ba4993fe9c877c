"""A laboratory's system asks for what is new: reports across cases, cases changed since, an answer it knows already."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import Case
from cases.states import CaseState, ImageState
from tests.contract.conftest import picture, problem_of
from tests.factories.reports import signed_report
from tests.factories.specimens import model_version, specimen

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def versions(amina, pavel):
    """Two signed cases of riverside-clinic; the report of the first was then corrected."""
    first, second = (specimen(by=amina, state=CaseState.SIGNED, number=number, version=None).case for number in (1, 2))
    return [signed_report(first, pavel), signed_report(second, pavel), signed_report(first, pavel, kind="corrected")]


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def test_reports_of_all_cases_come_in_the_order_of_signing(lis, versions):
    assert ids(lis.get("/reports/")) == [str(report.pk) for report in versions]
    page = lis.get("/reports/", {"page_size": "2"}).json()
    assert len(page["results"]) == 2
    rest = lis.http.get(page["next"]).json()["results"]
    assert [row["id"] for row in rest] == [str(versions[2].pk)]
    assert "content" not in rest[0]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("current", "true", [1, 2]),
        ("current", "false", [0]),
        ("signed_after", "{time}", [1, 2]),
        ("signed_before", "{time}", [0]),
        ("clinic", "riverside-clinic", [0, 1, 2]),
        ("clinic", "hilltop-clinic", []),
        ("accession_number", "{number}", [1]),
    ],
)
def test_reports_are_narrowed(lis, versions, name, value, expected):
    second = versions[1]
    value = value.format(time=second.created_at.isoformat(), number=second.case.accession_number)
    assert ids(lis.get("/reports/", {name: value})) == [str(versions[position].pk) for position in expected]


def test_a_filter_that_does_not_exist_never_widens_the_list(lis, versions):
    assert "since" in problem_of(lis.get("/reports/", {"since": "2026-01-01"}), 400)["errors"]


def test_reports_stay_within_the_clinic_and_its_laboratory(lis_of, central, hilltop, northern, versions):
    assert len(ids(lis_of(central).get("/reports/"))) == 3
    assert ids(lis_of(hilltop).get("/reports/")) == []
    assert ids(lis_of(northern).get("/reports/")) == []
    problem_of(lis_of(central, "cases:read").get("/reports/"), 403)


def changed_since(lis, moment):
    return ids(lis.get("/cases/", {"updated_after": moment.isoformat()}))


@pytest.fixture
def old_case(lis):
    """A draft that nobody changed for an hour."""
    case = lis.new_case("A-1")
    Case.objects.update(updated_at=timezone.now() - HOUR)
    assert changed_since(lis, timezone.now() - HOUR / 2) == []
    return case


@pytest.mark.parametrize(
    "change",
    [
        lambda lis, case: lis.patch(f"/cases/{case}/", {"priority": "stat"}),
        lambda lis, case: lis.post(f"/cases/{case}/cancel/", {"reason": "ordered twice"}),
        lambda lis, case: lis.send(case, picture()),
    ],
)
def test_details_states_and_images_change_a_case(lis, old_case, change):
    assert change(lis, old_case["id"]).status_code in {200, 201}
    assert changed_since(lis, timezone.now() - HOUR / 2) == [old_case["id"]]


def test_reading_changes_nothing(lis, old_case):
    lis.get(f"/cases/{old_case['id']}/")
    assert changed_since(lis, timezone.now() - HOUR / 2) == []


@pytest.fixture
def made(amina, riverside, versions):
    """A case of riverside-clinic with an image, and a report."""
    return specimen(by=amina, state=CaseState.READY, number=3, version=model_version())


def test_what_is_known_already_is_not_sent_again(lis, made, versions):
    for address in (
        f"/patients/{made.patient.pk}/",
        f"/cases/{made.case.pk}/",
        f"/images/{made.image.pk}/",
        f"/reports/{versions[0].pk}/",
    ):
        tag = lis.get(address)["ETag"]
        again = lis.get(address, If_None_Match=tag)
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
        assert lis.get(address, If_None_Match=f'"other", W/{tag}').status_code == 304
        assert lis.get(address, If_None_Match='"other"').status_code == 200


def test_the_progress_of_an_analysis_is_news_but_makes_no_submit_stale(lis):
    case = lis.new_case()["id"]
    lis.send(case, picture())
    read = lis.get(f"/cases/{case}/")["ETag"]
    Case.objects.get(pk=case).images.update(state=ImageState.ANALYSED)
    assert lis.get(f"/cases/{case}/", If_None_Match=read).status_code == 200
    assert lis.post(f"/cases/{case}/submit/", If_Match=read).status_code == 200


def test_a_new_version_of_a_report_is_news(lis, pavel, versions):
    standing = versions[1]
    tag = lis.get(f"/reports/{standing.pk}/")["ETag"]
    signed_report(standing.case, pavel, kind="corrected")
    answer = lis.get(f"/reports/{standing.pk}/", If_None_Match=tag)
    assert (answer.status_code, answer.json()["current"]) == (200, False)
