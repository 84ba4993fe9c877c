"""Orders and patients that come in: what they say, and which fault each bad message has."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.partial_date import PartialDate
from integrations.codes import Coded
from integrations.hl7 import faults
from integrations.hl7.inbound import parse
from integrations.hl7.incoming import Control, Orders, PatientMerge, PatientUpdate, WhiteCount
from integrations.hl7.mllp import MOST_BYTES
from integrations.hl7.outgoing import Number
from integrations.hl7.reading import MOST_PARTS, header_of

UTC = dt.UTC
MSH = "MSH|^~\\&|KIS|NORTH|HEMATOVISION|CENTRALLAB|20261130091500+0100||{kind}|{control}|P|2.5.1||||||{charset}"
PID = "PID|1||PN-88^^^NORTHWARD^MR||Lindqvist^Saga^Maria||19610305|F"
OBR = "OBR|1|ORD-5^KIS||58410-2^CBC panel^LN|||20261130070000+0100||||||Blasts?"
ORC = "ORC|NW|ORD-5^KIS||GRP-1||||||||77^Berg^Nils"


def message(kind, *lines, control="K-1", charset="UNICODE UTF-8"):
    msh = MSH.format(kind=kind, control=control, charset=charset)
    return "".join(f"{line}\r" for line in (msh, *lines)).encode()


O33 = message(
    "OML^O33^OML_O33",
    PID,
    f"PV1|1|I|W4^12^B{'|' * 16}VISIT-3",
    "SPM|1|SP-4&KIS^^||119297000^Blood^SCT|||||||||||||20261130071000+0100",
    ORC,
    "TQ1|1||||||||A^ASAP^HL70485",
    OBR,
    "NTE|1||Known anaemia.",
    "OBX|1|NM|6690-2^Leukocytes^LN||4.25|10*3/uL^^UCUM|||||F|||20261130072000+0100||||XN-1",
)


def test_an_order_with_its_specimen_and_white_cell_count():
    found = parse(O33)
    assert isinstance(found, Orders)
    assert (found.header.kind, found.header.control_id, found.header.sending_facility) == ("OML^O33", "K-1", "NORTH")
    assert found.patient.numbers == (Number("PN-88", "NORTHWARD"),)
    assert (found.patient.family_name, found.patient.given_name, found.patient.sex) == (
        "Lindqvist",
        "Saga Maria",
        "female",
    )
    assert found.patient.born == PartialDate.parse("1961-03-05")
    assert (found.visit.number, found.visit.location) == ("VISIT-3", "W4 12 B")
    (line,) = found.lines
    assert (line.control, line.placer_number, line.placer_namespace) == (Control.NEW, "ORD-5", "KIS")
    assert (line.group_number, line.priority, line.specimen_id) == ("GRP-1", "urgent", "SP-4")
    assert line.service == Coded("58410-2", "CBC panel", "LN")
    assert line.clinical_question == "Blasts?\nKnown anaemia."
    assert (line.ordering_id, line.ordering_name) == ("77", "Nils Berg")
    assert line.collected_at == dt.datetime(2026, 11, 30, 6, 10, tzinfo=UTC)
    assert line.wbc == WhiteCount(Decimal("4.25"), "XN-1", dt.datetime(2026, 11, 30, 6, 20, tzinfo=UTC))


def test_the_specimen_comes_after_the_order_in_o21():
    found = parse(
        message("OML^O21^OML_O21", PID, ORC, OBR, "SPM|1|SP-1||BLD", ORC.replace("-5", "-6"), OBR, "SPM|1|SP-2||BLD")
    )
    assert [(line.placer_number, line.specimen_id) for line in found.lines] == [("ORD-5", "SP-1"), ("ORD-6", "SP-2")]


def test_one_specimen_has_several_orders_in_o33():
    found = parse(message("OML^O33^OML_O33", PID, "SPM|1|SP-1||BLD", ORC, OBR, ORC.replace("-5", "-6"), OBR))
    assert [line.specimen_id for line in found.lines] == ["SP-1", "SP-1"]


@pytest.mark.parametrize(("code", "control"), [("CA", Control.CANCEL), ("XO", Control.CHANGE)])
def test_an_order_is_cancelled_or_changed(code, control):
    found = parse(message("ORM^O01^ORM_O01", PID, f"ORC|{code}|ORD-5^KIS", OBR))
    assert [line.control for line in found.lines] == [control]


def test_an_order_is_replaced_by_the_ones_after_it():
    found = parse(message("ORM^O01", PID, "ORC|RP|ORD-5^KIS", OBR, "ORC|RO|ORD-9^KIS", OBR))
    (line,) = found.lines
    assert (line.control, line.placer_number) == (Control.REPLACE, "ORD-5")
    assert [(new.control, new.placer_number) for new in line.replaced_by] == [(Control.NEW, "ORD-9")]


@pytest.mark.parametrize("event", ["A04", "A08", "A31"])
def test_a_patient_is_registered_or_updated(event):
    found = parse(message(f"ADT^{event}", f"EVN|{event}|20261130", PID))
    assert isinstance(found, PatientUpdate)
    assert found.header.event == event


def test_two_records_are_merged():
    found = parse(message("ADT^A40^ADT_A39", "EVN|A40|20261130", PID, "MRG|PN-11^^^NORTHWARD^MR~PN-12^^^&1.2.3&ISO"))
    assert isinstance(found, PatientMerge)
    assert found.survivor.numbers[0].value == "PN-88"
    assert found.merged == (Number("PN-11", "NORTHWARD"), Number("PN-12", "1.2.3"))


@pytest.mark.parametrize(
    ("charset", "codec"), [("8859/1", "latin-1"), ("8859/15", "iso8859-15"), ("UNICODE UTF-8", "utf-8"), ("", "utf-8")]
)
def test_names_come_in_the_character_set_of_msh_18(charset, codec):
    text = message("ADT^A08", PID, charset=charset).decode().replace("Lindqvist", "M\u00f6ller")
    assert parse(text.encode(codec), charset="UNICODE UTF-8").patient.family_name == "M\u00f6ller"


def test_lines_may_end_as_on_any_computer():
    for end in ("\n", "\r\n"):
        assert parse(O33.replace(b"\r", end.encode())) == parse(O33)


def test_other_separators_are_understood():
    swapped = O33.decode().translate(str.maketrans("|^~&", "#*!+"))
    found = parse(swapped.replace("10#3", "10*3").encode().replace(b"10*3/uL**", b"10\\S\\3/uL**"))
    assert found.patient.family_name == "Lindqvist"
    assert found.lines[0].wbc.value == Decimal("4.25")


def test_a_time_without_a_zone_is_of_the_senders_clock():
    content = O33.replace(b"20261130071000+0100", b"202611300710")
    found = parse(content, zone=dt.timezone(dt.timedelta(hours=-5)))
    assert found.lines[0].collected_at == dt.datetime(2026, 11, 30, 12, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("unit", "value", "expected"), [("10*9/L", "4.25", "4.25"), ("G/L", "4.25", "4.25"), ("/uL", "4250", "4.25")]
)
def test_white_cells_come_in_several_units(unit, value, expected):
    content = O33.replace(b"4.25|10*3/uL^^UCUM", f"{value}|{unit}".encode())
    assert parse(content).lines[0].wbc.value == Decimal(expected)


@pytest.mark.parametrize("status", [b"P", b"X", b"W", b"D"])
def test_a_white_cell_count_that_is_not_final_is_none(status):
    assert parse(O33.replace(b"|||||F|||", b"|||||" + status + b"|||")).lines[0].wbc is None


def changed(old, new):
    content = O33.replace(old.encode(), new.encode())
    assert content != O33
    return content


FAULTS = [
    (changed(f"{PID}\r", ""), 100, "AE", "PID"),
    (changed(f"{PID}\r", f"{PID}\r{PID}\r"), 100, "AE", "PID^2"),
    (changed(f"{ORC}\r", ""), 100, "AE", "OBR^1^1"),
    (changed(f"{OBR}\r", ""), 100, "AE", "OBR"),
    (changed(f"{OBR}\r", f"{OBR}\r{OBR}\r"), 100, "AE", "OBR^2^1"),
    (changed("ORC|NW", "ORC|RO"), 100, "AE", "ORC^1^1"),
    (changed("ORC|NW", "ORC|RP"), 100, "AE", "ORC"),
    (changed("|K-1|", "||"), 101, "AE", "MSH^1^10"),
    (changed("PN-88^^^NORTHWARD", "PN-88^^^"), 101, "AE", "PID^1^3^1^4"),
    (changed("PN-88^^^NORTHWARD^MR", ""), 101, "AE", "PID^1^3^1^1"),
    (changed("Lindqvist", ""), 101, "AE", "PID^1^5^1^1"),
    (changed("|58410-2^CBC panel^LN|", "||"), 101, "AE", "OBR^1^4"),
    (changed("19610305", "19613005"), 102, "AE", "PID^1^7"),
    (changed("19610305", "5 Mar 61"), 102, "AE", "PID^1^7"),
    (changed("20261130071000+0100", "20261130251000"), 102, "AE", "SPM^1^17"),
    (changed("20261130071000+0100", "20261130071000+9900"), 102, "AE", "SPM^1^17"),
    (changed("|4.25|", "|4,25|"), 102, "AE", "OBX^1^5"),
    (changed("|4.25|10*3/uL", "|sNaN|/uL"), 102, "AE", "OBX^1^5"),
    (changed("|4.25|", "|2001|"), 102, "AE", "OBX^1^5"),
    (changed("|4.25|", "|-1|"), 102, "AE", "OBX^1^5"),
    (changed("Blasts?", "x" * 2001), 102, "AE", "OBR^1^13^1^1"),
    (changed("Lindqvist", "Lind\\.br\\qvist"), 102, "AE", "PID^1^5^1^1"),
    (changed("|ORD-5^KIS||GRP", f"|{'9' * 65}^KIS||GRP"), 102, "AE", "ORC^1^2^1^1"),
    (changed("Lindqvist", "M\u00f6ller").replace("\u00f6".encode(), b"\xf6"), 102, "AE", "MSH^1^18"),
    (changed("UNICODE UTF-8", "ISO IR87"), 103, "AE", "MSH^1^18"),
    (changed("|F\r", "|Q\r"), 103, "AE", "PID^1^8"),
    (changed("ORC|NW", "ORC|SC"), 103, "AE", "ORC^1^1"),
    (changed("A^ASAP", "Z^ASAP"), 103, "AE", "TQ1^1^9^1^1"),
    (changed("10*3/uL^^UCUM", "mg/dL"), 103, "AE", "OBX^1^6"),
    (message("ADT^A40", PID, "MRG|PN-88^^^NORTHWARD^MR"), 103, "AE", "MRG^1^1"),
    (message("SIU^S12", PID), 200, "AR", "MSH^1^9^1^1"),
    (message("ADT^A01", PID), 201, "AR", "MSH^1^9^1^2"),
    (message("OML^O35", PID), 201, "AR", "MSH^1^9^1^2"),
    (changed("|P|2.5.1", "|T|2.5.1"), 202, "AR", "MSH^1^11"),
    (changed("|P|2.5.1", "|P|3.0"), 203, "AR", "MSH^1^12"),
    (changed("|P|2.5.1", "|P|"), 203, "AR", "MSH^1^12"),
]


@pytest.mark.parametrize(("content", "code", "answer", "place"), FAULTS)
def test_every_fault_has_its_code_its_place_and_a_sentence(content, code, answer, place):
    with pytest.raises(faults.FaultError) as found:
        parse(content)
    assert (found.value.code, found.value.acknowledgement, found.value.place) == (code, answer, place)
    assert found.value.sentence.endswith((".", "])."))
    assert not any(told in found.value.sentence for told in ("Lindqvist", "PN-88", "Blasts", "4.25"))


def test_each_code_of_table_0357_that_is_used_has_one_fault():
    codes = [fault.code for fault in faults.FaultError.__subclasses__()]
    assert sorted(codes) == [100, 101, 102, 103, 200, 201, 202, 203, 204, 205, 207]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"MSH",
        b"MSH|",
        b"MSH|^~",
        b"MSH||||||",
        b"MSH|^^^^|",
        b"PID|1\rMSH|^~\\&|A\r",
        "\ufeffMSH|^~\\&|A\r".encode("utf-16"),
        b"MSH|^~\\&|" + b"A" * MOST_BYTES,
        b"MSH|^~\\&|" + b"|" * (MOST_PARTS + 1),
    ],
    ids=range(12),
)
def test_what_is_no_message_or_too_much_of_one_is_not_answered(content):
    with pytest.raises(faults.UnreadableError):
        parse(content)


def test_the_header_of_a_refused_message_is_there_to_answer_it():
    found = header_of(changed("UNICODE UTF-8", "ISO IR87"))
    assert (found.control_id, found.kind, found.sending_application) == ("K-1", "OML^O33", "KIS")
    assert header_of(b"PID|1") is None


def test_nothing_of_a_patient_is_shown_by_accident():
    shown = repr(parse(O33))
    assert not any(told in shown for told in ("Lindqvist", "Saga", "PN-88", "VISIT-3", "Blasts", "4.25"))


@given(st.binary(max_size=200))
def test_whatever_comes_is_understood_or_refused(rest):
    for content in (rest, b"MSH|^~\\&|" + rest, O33[:300] + rest + O33[300:]):
        try:
            parse(content, charset="8859/1")
        except (faults.FaultError, faults.UnreadableError):
            header_of(content)
