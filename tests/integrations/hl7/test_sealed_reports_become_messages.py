"""Reports as they are sealed, in both formats, become messages; and the example of the documents is such a message."""

import json
from pathlib import Path

import pytest
from hl7apy.parser import parse_message

from integrations.hl7.oru import NO_LIMITS
from integrations.hl7.outgoing import Kind, Number, OrderNumbers, Sent
from reports.models import ReportKind
from tests.factories.analysed_cases import reviewed_case
from tests.factories.reports import NEUTROPENIC, next_version
from tests.integrations.hl7._messages import a_report, built, field, results, sent

DOCUMENT = Path(__file__).parents[3] / "docs" / "lis.md"


def in_format_1(content):
    """The members that came with format 2 are not there."""
    old = json.loads(json.dumps(content)) | {"format_version": 1}
    for part, names in (
        ("", ("order",)),
        ("patient", ("sex_code",)),
        ("report", ("kind_label",)),
        ("laboratory", ("slug",)),
    ):
        for name in names:
            (old[part] if part else old).pop(name)
    for row in old["differential"]["rows"]:
        row.pop("reference_range")
    return old


@pytest.mark.django_db
def test_each_version_of_a_case(riverside, pavel):
    case = reviewed_case(riverside, pavel)
    mrn = (Number(case.patient.mrn, "RIVERSIDE"),)
    earlier = []
    for kind, status in (("original", "F"), ("corrected", "C"), ("appended", "C"), ("withdrawn", "X")):
        content = next_version(case, pavel, kind=ReportKind(kind), counts=NEUTROPENIC, interpretation="Seen.").data
        message = built(content, numbers=mrn, earlier=tuple(earlier), pdf=b"%PDF")
        assert field(message, "OBR", 25) == status
        assert {found for *_rest, found in results(message)} == {status}
        assert len(results(message)) == 15
        assert message.control_id.endswith(f"-{content['report']['version']}")
        assert parse_message(message.content.decode(), find_groups=True).validate()
        earlier.append(Sent(content, mrn))


def test_every_kind_of_report_is_known():
    assert set(ReportKind.values) <= set(Kind)


def test_a_report_of_format_1_says_the_same_but_for_its_order():
    new, old = built(a_report()), built(in_format_1(a_report()))
    assert results(old) == results(new)
    assert field(old, "OBX", 7, at=1) == field(new, "OBX", 7, at=1) == "40-75"
    assert field(old, "PID", 8) == "F"
    assert OrderNumbers.of(in_format_1(a_report())) == OrderNumbers()
    corrected = in_format_1(a_report(kind="corrected", version=2))
    assert field(built(corrected, earlier=(sent(in_format_1(a_report())),)), "OBR", 25) == "C"


def test_the_example_of_the_documents_is_what_is_sent():
    example = built(a_report(), limits=NO_LIMITS).content.decode().replace("\r", "\n")
    assert f"```hl7\n{example}```" in DOCUMENT.read_text(encoding="utf-8")
