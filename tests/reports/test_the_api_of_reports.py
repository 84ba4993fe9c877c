"""A LIS fetches signed reports with the scope reports:read, and nothing before the signature."""

import pytest

from reports.models import Report

pytestmark = pytest.mark.django_db


def lis(client, token):
    def get(path, **headers):
        return client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {token}", **headers})

    return get


def test_versions_content_and_file(client, riverside, token_for, report, case):
    get = lis(client, token_for(riverside, "reports:read"))
    versions = get(f"/cases/{case.pk}/reports/").json()["results"]
    assert [(found["id"], found["version"], found["current"]) for found in versions] == [(str(report.pk), 1, True)]
    one = get(f"/reports/{report.pk}/").json()
    assert one["verified"] is True
    assert one["content"]["differential"]["n"] == 100
    file = get(f"/reports/{report.pk}/pdf/", Accept="application/pdf")
    assert (file["Content-Type"], file.content) == ("application/pdf", report.read_pdf())


def test_scope_and_place_are_needed(client, riverside, hilltop, token_for, report, case):
    for path in (f"/cases/{case.pk}/reports/", f"/reports/{report.pk}/", f"/reports/{report.pk}/pdf/"):
        assert lis(client, token_for(riverside, "cases:read"))(path).status_code == 403
        assert lis(client, token_for(hilltop, "reports:read"))(path).status_code == 404


def test_before_the_signature_there_is_none(client, riverside, token_for, case):
    assert lis(client, token_for(riverside, "reports:read"))(f"/cases/{case.pk}/reports/").json()["results"] == []


def test_a_broken_report_is_a_problem(client, riverside, token_for, report, monkeypatch):
    monkeypatch.setattr(Report, "read_pdf", lambda _self: b"other")
    answer = lis(client, token_for(riverside, "reports:read"))(f"/reports/{report.pk}/")
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("report-broken")
