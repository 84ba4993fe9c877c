"""ORU^R01: every rule of what a version of a report says to a receiver, and that strangers find its structure right."""

import base64
from dataclasses import replace
from decimal import Decimal

import hl7
import pytest
from hl7apy.parser import parse_message
from hypothesis import given
from hypothesis import strategies as st

from inbox.critical_limits import Limit, limits_in_force
from integrations.codes import Coded
from integrations.hl7.faults import HeldMessageError, MissingCodeError, UnsendableTextError
from integrations.hl7.mapping import Mapping, ResultCode, default_mapping
from integrations.hl7.oru import preliminary_message, rejection_message
from integrations.hl7.reading import read
from tests.integrations.hl7._messages import (
    AT,
    BERLIN_WINTER,
    MAPPING,
    NUMBERS,
    ORDER,
    ROUTE,
    a_report,
    built,
    field,
    results,
    segments,
    sent,
)

PDF = b"%PDF-1.7\n% a signed report\n%%EOF\n"


def statuses(message):
    return field(message, "OBR", 25), {status for *_rest, status in results(message)}


def by_code(message):
    return {code: (value, flag, status) for code, value, flag, status in results(message)}


def names(message):
    return [line[:3] for line in message.content.decode().split("\r") if line]


def test_the_segments_stand_in_the_order_of_the_standard():
    message = built(a_report(), pdf=PDF)
    found = [name for name in names(message) if name not in {"OBX", "NTE"}]
    assert found == ["MSH", "SFT", "PID", "PV1", "ORC", "OBR", "SPM"]
    assert message.content.endswith(b"\r")
    assert message.content.startswith(
        b"MSH|^~\\&|HEMATOVISION|CENTRALLAB|LIS|HOSP|20261128103000+0100||ORU^R01^ORU_R01|"
    )


def test_a_case_without_a_visit_has_no_visit_segment():
    assert "PV1" not in names(built(a_report(order={**ORDER, "visit_number": ""})))


@pytest.mark.parametrize("version", ["original", "corrected", "withdrawn"])
def test_a_stranger_finds_the_structure_right(version):
    first = a_report()
    content = first if version == "original" else a_report(kind=version, version=2)
    message = built(content, pdf=PDF, earlier=() if version == "original" else (sent(first),))
    text = message.content.decode()
    assert parse_message(text, find_groups=True).validate()
    assert str(hl7.parse(text)) == text


def test_cells_counted_come_first_then_class_by_class_with_units():
    message = built(a_report(), pdf=PDF)
    found = segments(message, "OBX")
    assert found[0][3] == "11282-1^Cells counted Total [#] in Blood^LN"
    assert (found[0][5], found[0][6]) == ("100", "{#}^^UCUM")
    neutrophils = {obx[3].split("^")[0]: obx for obx in found}
    assert neutrophils["26511-6"][5:8] == ["30", "%^^UCUM", "40-75"]
    assert neutrophils["26499-4"][5:7] == ["0.30", "10*9/L^^UCUM"]
    assert neutrophils["19048-8"][5:7] == ["3.0", "/100{WBCs}^^UCUM"]
    assert [obx[1] for obx in found] == [str(n) for n in range(1, len(found) + 1)]


def test_each_percentage_says_its_interval_and_its_cells():
    notes = [nte[3] for nte in segments(built(a_report()), "NTE")]
    assert "30 of 100 cells; 95 % CI 21.2 to 40.0 %" in notes


def test_flags_are_low_high_and_normal():
    found = by_code(built(a_report(counts={"neutrophil": 30, "lymphocyte": 62, "monocyte": 8})))
    assert (found["26511-6"][1], found["26478-8"][1], found["26485-3"][1]) == ("L", "H", "N")
    assert found["26450-7"][1] == "", "no range, no flag"


def test_critical_results_are_flagged_twice_over():
    found = by_code(built(a_report(), limits=limits_in_force(None)))
    assert found["26499-4"][1] == "LL"
    high = {**limits_in_force(None), "lymphocytes_absolute": Limit(None, Decimal("0.5"))}
    assert by_code(built(a_report(), limits=high))["26474-7"][1] == "HH"


def test_a_limited_count_carries_no_flag_and_says_so():
    content = a_report(counts={"neutrophil": 3, "eosinophil": 4, "erythroblast": 7})
    message = built(content, limits=limits_in_force(None))
    assert {flag for _code, _value, flag, _status in results(message)} == {""}
    assert segments(message, "NTE")[0][3] == "Limited count: 7 leukocytes. Values carry no flags."


def test_one_cell_is_no_differential():
    found = by_code(built(a_report(counts={"neutrophil": 1}, wbc="")))
    assert "26511-6" not in found
    assert found["11282-1"][0] == "1"


def test_numbers_orderer_and_question_of_the_order():
    message = built(a_report())
    for name in ("ORC", "OBR"):
        assert field(message, name, 2) == "PLACER77^LIS"
        assert field(message, name, 3) == "A-26-0815^CENTRALLAB"
    assert field(message, "ORC", 12) == field(message, "OBR", 16) == "1234^Alex Smith"
    assert field(message, "OBR", 31) == "^Left shift?"
    assert field(message, "PV1", 19) == "V-5"
    assert field(message, "PID", 3) == "MRN-7001^^^RIVERSIDE^MR~KV-9^^^NATIONAL^NI"


def test_times_have_their_zone():
    message = built(a_report())
    assert field(message, "OBR", 7) == "20261128080000+0100"
    assert field(message, "OBX", 19) == field(message, "OBR", 22) == "20261128091530+0100"
    assert field(message, "SPM", 17) == "20261128080000+0100"


def test_method_and_laboratory_stand_with_what_was_counted():
    message = built(a_report(), pdf=PDF)
    method = "^Differential on images of a stained smear, every cell verified by a person; classes suggested by tiny 1"
    assert field(message, "OBX", 17) == method
    assert field(message, "OBX", 23) == "Central Laboratory^^^^^CENTRALLAB^XX^^^central-laboratory"
    wbc = next(n for n, obx in enumerate(segments(message, "OBX")) if obx[3].startswith("26464-8"))
    assert field(message, "OBX", 17, at=wbc) == "", "the white cell count came with the order"


def test_the_document_is_inside():
    document = segments(built(a_report(), pdf=PDF), "OBX")[-1]
    assert document[2:4] == ["ED", "11502-2^Laboratory report^LN"]
    *kind, data = document[5].split("^")
    assert kind == ["", "application", "pdf", "Base64"]
    assert base64.b64decode(data, validate=True) == PDF


@pytest.mark.parametrize(
    ("written", "sent_as"), [("1961-03-05", "19610305"), ("1961-03", "196103"), ("1961", "1961"), ("", "")]
)
def test_a_birth_date_says_no_more_than_is_known(written, sent_as):
    assert field(built(a_report(patient={"birth_date": written})), "PID", 7) == sent_as


def test_the_control_id_names_the_version_and_the_replay():
    assert built(a_report()).control_id == "fed9b1854ca4-1"
    assert built(a_report(), replay=2).control_id == "fed9b1854ca4-1-r2"
    assert built(a_report()) == built(a_report())


def test_an_original_is_final():
    assert statuses(built(a_report(), pdf=PDF)) == ("F", {"F"})


def test_a_correction_says_so_of_every_result_and_why():
    new = a_report(
        kind="corrected",
        version=2,
        counts={**COUNTS_CORRECTED},
        report={"changes": [{"what": "White cell count, 10\N{SUPERSCRIPT NINE}/L", "old": "1.0", "new": "2.0"}]},
    )
    message = built(new, pdf=PDF, earlier=(sent(a_report()),))
    assert statuses(message) == ("C", {"C"})
    assert by_code(message)["11282-1"] == ("100", "", "C"), "not changed, and corrected all the same"
    why, change = (nte[3] for nte in segments(message, "NTE")[:2])
    assert why == (
        "Corrected: replaces version 1. Signed by Pavel Central, 2026-11-28T08:15:30+00:00. "
        "Clerical error: Two cells had the wrong class."
    )
    assert change == "White cell count, 10\\S\\9/L: 1.0, now 2.0"


COUNTS_CORRECTED = {"neutrophil": 32, "lymphocyte": 58, "monocyte": 10, "erythroblast": 3}


def test_a_class_that_a_correction_no_longer_has_is_corrected_to_nought():
    old = a_report(counts={"neutrophil": 50, "lymphocyte": 49, "immature_granulocyte": 1})
    new = a_report(kind="corrected", version=2, counts={"neutrophil": 51, "lymphocyte": 49})
    found = by_code(built(new, earlier=(sent(old),), pdf=PDF))
    assert found["38518-7"] == ("0", "", "C")
    assert found["51584-1"] == ("0.00", "", "C")


def test_a_text_that_a_correction_no_longer_has_is_taken_back():
    new = a_report(kind="corrected", version=2, interpretation="")
    found = by_code(built(new, earlier=(sent(a_report()),), pdf=PDF))
    assert found["14869-2"] == ("", "", "X")


@pytest.mark.parametrize("status", ["C", "F"])
def test_an_addendum_is_sent_as_the_receiver_wants_it(status):
    new = a_report(kind="appended", version=2, comments="Flow cytometry is advised.")
    message = built(new, route=replace(ROUTE, appended_as=status), earlier=(sent(a_report()),), pdf=PDF)
    assert statuses(message) == (status, {status})
    texts = [obx[4:6] for obx in segments(message, "OBX") if obx[3].startswith("14869-2")]
    assert texts == [["1", "Relative lymphocytosis."], ["2", "Flow cytometry is advised."]]


def test_a_withdrawal_names_every_result_ever_sent_without_its_value():
    first = a_report(counts={"neutrophil": 50, "lymphocyte": 49, "immature_granulocyte": 1})
    second = a_report(kind="corrected", version=2, comments="A comment.")
    withdrawn = a_report(kind="withdrawn", version=3, reason_code="wrong_specimen")
    message = built(withdrawn, earlier=(sent(first), sent(second)))
    assert statuses(message) == ("X", {"X"})
    assert {(value, flag) for _code, value, flag, _status in results(message)} == {("", "")}
    codes = [code for code, *_rest in results(message)]
    assert {"11282-1", "38518-7", "51584-1", "19048-8", "11502-2"} <= set(codes)
    assert codes.count("14869-2") == 2
    assert segments(message, "NTE")[0][3].startswith("Do not use")


def test_a_wrong_patient_is_told_under_the_one_it_was_sent_with():
    wrong = a_report(patient={"family_name": "Wrong", "mrn": "MRN-1"})
    withdrawn = a_report(
        kind="withdrawn",
        version=2,
        reason_code="wrong_patient",
        report={"reason": "Is of Okonkwo.", "changes": [{"what": "Family name", "old": "Wrong", "new": "Okonkwo"}]},
    )
    earlier = replace(sent(wrong), numbers=(replace(NUMBERS[0], value="MRN-1"),))
    message = built(withdrawn, earlier=(earlier,))
    assert statuses(message) == ("X", {"W"})
    assert field(message, "PID", 3) == "MRN-1^^^RIVERSIDE^MR"
    assert field(message, "PID", 5) == "Wrong^Adaeze^^^^^L"
    assert b"Okonkwo" not in message.content, "the right patient is named in nobody else's record"


def test_a_withdrawal_repeats_no_value():
    changes = [{"what": "Neutrophils", "old": "30 % (n 30)", "new": "none"}]
    message = built(a_report(kind="withdrawn", version=2, report={"changes": changes}), earlier=(sent(a_report()),))
    assert b"30 %" not in message.content
    assert b"Clerical error: Two cells had the wrong class." in message.content


def test_a_rejected_specimen_has_its_reason():
    message = rejection_message(
        a_report(signature=None),
        reasons=["RC", "EX"],
        sentence="The blood has clotted.",
        route=ROUTE,
        mapping=MAPPING,
        numbers=NUMBERS,
        at=AT,
    )
    assert statuses(message) == ("X", {"X"})
    assert results(message) == [("14869-2", "", "", "X")]
    assert message.control_id == "fed9b1854ca4-x"
    assert field(message, "SPM", 21) == "RC^Clotting^HL70490~EX^Expired^HL70490"
    assert field(message, "ORC", 5) == "CA"
    assert segments(message, "NTE")[0][3] == "Specimen rejected: The blood has clotted."
    assert parse_message(message.content.decode(), find_groups=True).validate()


def test_a_preliminary_message_has_no_result():
    message = preliminary_message(a_report(signature=None), route=ROUTE, mapping=MAPPING, numbers=NUMBERS, at=AT)
    assert statuses(message) == ("P", {"P"})
    assert results(message) == [("14869-2", "", "", "P")]
    assert message.control_id == "fed9b1854ca4-p"


def test_a_code_that_is_not_in_the_mapping_is_not_guessed():
    rows = {key: value for key, value in MAPPING.results.items() if key != ("monocyte", "percent")}
    with pytest.raises(MissingCodeError, match="no code for monocyte, percent") as held:
        built(a_report(), mapping=Mapping(rows))
    assert (held.value.cell_class, held.value.quantity) == ("monocyte", "percent")


def test_a_receiver_has_its_own_codes_and_units():
    local = ResultCode(Coded("NEU", "Neutrophils", "L"), Coded("26511-6", "", "LN"), Coded("%", "percent", "L"))
    mapping = Mapping({**MAPPING.results, ("neutrophil", "percent"): local}, signers={"u-1": "DR77"})
    message = built(a_report(), mapping=mapping)
    obx = next(obx for obx in segments(message, "OBX") if obx[3].startswith("NEU"))
    assert (obx[3], obx[6], obx[16]) == ("NEU^Neutrophils^L^26511-6^^LN", "%^percent^L", "DR77^Pavel Central")
    assert field(message, "OBR", 32) == "DR77&Pavel Central"


def test_a_unit_that_would_change_the_value_is_refused():
    with pytest.raises(ValueError, match="not in 10\\*6/L"):
        Mapping({("neutrophil", "absolute"): ResultCode(Coded("NEU", ""), unit=Coded("10*6/L", "", "UCUM"))})


@pytest.mark.parametrize(
    ("content", "given", "said"),
    [
        (a_report(signature=None), {}, "Only a signed version"),
        (a_report(kind="corrected", version=2), {}, "was never sent"),
        (a_report(), {"numbers": ()}, "no assigning authority"),
        (a_report(), {"numbers": (replace(NUMBERS[0], authority=""),)}, "no assigning authority"),
    ],
)
def test_what_cannot_be_told_is_held(content, given, said):
    with pytest.raises(HeldMessageError, match=said):
        built(content, **given)


def test_a_reason_without_a_code_is_held():
    with pytest.raises(HeldMessageError, match="0490"):
        rejection_message(
            a_report(), reasons=["bad"], sentence="", route=ROUTE, mapping=MAPPING, numbers=NUMBERS, at=AT
        )


def test_the_character_set_of_the_receiver():
    content = a_report(patient={"family_name": "M\u00fcller"})
    message = built(content, route=replace(ROUTE, charset="8859/1"))
    assert b"M\xfcller" in message.content
    assert b"|8859/1\r" in message.content
    with pytest.raises(UnsendableTextError, match=r"ASCII .* lacks a character in PID\."):
        built(content, route=replace(ROUTE, charset="ASCII"))


@given(
    family=st.text(st.sampled_from("|^~\\&\r\nXFE.br\u00fc\u00df\u6f22 #"), min_size=1, max_size=30),
    said=st.text(max_size=80),
)
def test_whatever_is_written_comes_back(family, said):
    content = a_report(patient={"family_name": family}, interpretation=f"x{said}x")
    found = read(built(content).content, charset="ASCII", zone=BERLIN_WINTER)
    unified = family.replace("\r\n", "\n").replace("\r", "\n").strip()
    assert found.first("PID").get(5) == unified
    assert found.first("PID").get(5, 2) == "Adaeze"
    text = next(segment for segment in found.segments if segment.get(3) == "14869-2")
    assert text.get(5) == f"x{said}x".replace("\r\n", "\n").replace("\r", "\n")
    assert default_mapping() == MAPPING
