"""Every version of a report over FHIR: corrections, additions, withdrawals and their history."""

import pytest

from tests.contract.reading_fhir._reading import found_in, get, issue_of, read
from tests.factories.reports import NORMAL, next_version

pytestmark = pytest.mark.django_db


def test_a_correction_is_a_new_version_and_the_first_stays(lis, made, report, pavel):
    next_version(made.case, pavel, kind="corrected", counts={"neutrophil": 50, "lymphocyte": 50}, reason="Seen again.")
    found = read(lis, f"DiagnosticReport/{made.case.pk}")
    assert (found["status"], found["meta"]["versionId"]) == ("corrected", "2")
    assert "Seen again." in found["conclusion"]
    assert {one["status"] for one in found_in(read(lis, "Observation"))} == {"corrected"}
    assert read(lis, f"DiagnosticReport/{made.case.pk}/_history/1")["status"] == "final"
    assert issue_of(get(lis, f"DiagnosticReport/{made.case.pk}/_history/3"), 404)["code"] == "not-found"


def test_a_history_has_every_version_the_newest_first(lis, made, report, pavel):
    next_version(made.case, pavel, kind="corrected", counts={"neutrophil": 50, "lymphocyte": 50})
    found = read(lis, f"DiagnosticReport/{made.case.pk}/_history")
    assert (found["type"], found["total"]) == ("history", 2)
    assert [one["resource"]["status"] for one in found["entry"]] == ["corrected", "final"]
    assert [one["response"]["etag"] for one in found["entry"]] == ['W/"2"', 'W/"1"']
    assert found["entry"][0]["fullUrl"].endswith(f"/fhir/r4/DiagnosticReport/{made.case.pk}")
    assert issue_of(get(lis, f"DiagnosticReport/{made.case.pk}/_history", {"_since": "2020"}), 400)["code"] == "invalid"


def test_a_result_has_a_history_of_its_own(lis, made, pavel):
    next_version(made.case, pavel, counts={"neutrophil": 100})
    next_version(made.case, pavel, kind="corrected", counts={"neutrophil": 95, "immature_granulocyte": 5})
    address = f"Observation/{made.case.pk}.neutrophil/_history"
    values = [one["resource"]["valueQuantity"]["value"] for one in read(lis, address)["entry"]]
    assert values == [95, 100]
    assert read(lis, f"{address}/1")["valueQuantity"]["value"] == 100
    later = f"Observation/{made.case.pk}.immature-granulocyte/_history"
    assert len(read(lis, later)["entry"]) == 1
    for path in (f"{later}/1", f"{address}/3", f"Observation/{made.case.pk}.none/_history", "Observation/x/_history"):
        assert issue_of(get(lis, path), 404)["code"] == "not-found"


def test_a_broken_version_has_its_place_in_the_history(lis, made, report, monkeypatch):
    monkeypatch.setattr("reports.verification.sha256", lambda _content: "0" * 64)
    (entry,) = read(lis, f"DiagnosticReport/{made.case.pk}/_history")["entry"]
    assert (entry["response"]["status"], "resource" in entry) == ("409 Conflict", False)
    assert entry["response"]["outcome"]["issue"][0]["code"] == "conflict"


def test_an_addendum_leaves_the_results_final(lis, made, report, pavel):
    next_version(made.case, pavel, kind="appended", counts=NORMAL)
    assert read(lis, f"DiagnosticReport/{made.case.pk}")["status"] == "appended"
    assert {one["status"] for one in found_in(read(lis, "Observation"))} == {"final"}


def test_a_withdrawal_takes_every_result_back(lis, made, report, pavel):
    before = [one["id"] for one in found_in(read(lis, "Observation"))]
    next_version(made.case, pavel, kind="withdrawn")
    found = read(lis, f"DiagnosticReport/{made.case.pk}")
    assert found["status"] == "entered-in-error"
    after = found_in(read(lis, "Observation"))
    assert [one["id"] for one in after] == before
    assert {one["status"] for one in after} == {"entered-in-error"}
    assert not any("valueQuantity" in one for one in after)


def test_before_the_signature_there_is_no_report(lis, made):
    assert issue_of(get(lis, f"DiagnosticReport/{made.case.pk}"), 404)["code"] == "not-found"
    assert found_in(read(lis, "DiagnosticReport")) == []


def test_a_correction_takes_back_what_it_does_not_have(lis, made, pavel):
    next_version(made.case, pavel, counts={"neutrophil": 95, "immature_granulocyte": 5})
    next_version(made.case, pavel, kind="corrected", counts={"neutrophil": 100})
    found = read(lis, f"Observation/{made.case.pk}.immature-granulocyte")
    assert (found["status"], "valueQuantity" in found) == ("entered-in-error", False)
    panel = read(lis, f"Observation/{made.case.pk}.panel")
    assert not any(one["reference"].endswith("immature-granulocyte") for one in panel["hasMember"])
