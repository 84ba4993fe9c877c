"""Acknowledgements in original mode, and the frames of MLLP, byte by byte."""

import pytest
from hl7apy.parser import parse_message
from hypothesis import given
from hypothesis import strategies as st

from integrations.hl7 import faults
from integrations.hl7.ack import accept, is_answer_to, parse_answer, refuse
from integrations.hl7.inbound import parse
from integrations.hl7.mllp import MOST_STRAY_BYTES, Unframer, frame
from integrations.hl7.reading import header_of
from tests.integrations.hl7._messages import AT
from tests.integrations.hl7.test_what_other_systems_send import O33

HEADER = header_of(O33)
FAULT = faults.UnknownValueError("The sex is not of HL7 table 0001.", "PID^1^8")


def test_a_message_is_accepted():
    answer = accept(HEADER, control_id="A-1", at=AT).content.decode()
    msh, msa = answer.rstrip("\r").split("\r")
    assert msh == (
        "MSH|^~\\&|HEMATOVISION|CENTRALLAB|KIS|NORTH|20261128093000+0000||ACK^O33^ACK|A-1|P|2.5.1||||||UNICODE UTF-8"
    )
    assert msa == "MSA|AA|K-1|Message accepted"
    assert answer.endswith("\r")
    assert msh.split("|")[14:16] == ["", ""], "accept and application acknowledgement types: original mode"
    assert parse_message(answer).validate()


def test_a_message_is_refused_with_code_place_and_sentence():
    answer = refuse(HEADER, FAULT, control_id="A-2", at=AT).content.decode()
    _msh, msa, err = answer.rstrip("\r").split("\r")
    assert msa == "MSA|AE|K-1|The sex is not of HL7 table 0001."
    assert err == "ERR||PID^1^8|103^Table value not found^HL70357|E||||The sex is not of HL7 table 0001."
    assert parse_message(answer).validate()


def test_what_is_not_taken_at_all_is_rejected():
    fault = faults.UnsupportedTypeError("Only OML, ORM and ADT are taken.", "MSH^1^9^1^1")
    assert parse_answer(refuse(HEADER, fault, control_id="A-3", at=AT).content).code == "AR"


def test_an_answer_in_a_character_set_nobody_knows_is_ascii():
    header = header_of(O33.replace(b"UNICODE UTF-8", b"ISO IR87").replace(b"KIS", "K\u00dcS".encode()))
    answer = accept(header, control_id="A-4", at=AT).content
    assert answer.decode("ascii").split("\r")[0].endswith("|ASCII")


def test_the_answer_to_our_message_is_told_from_a_late_one():
    answer = parse_answer(accept(HEADER, control_id="A-1", at=AT).content)
    assert answer.is_accepted
    assert is_answer_to(answer, "K-1")
    assert not is_answer_to(answer, "K-2")
    assert not is_answer_to(parse_answer(b"MSH|^~\\&|A\rMSA|AA\r"), "")


def test_the_words_of_a_refusal_are_found_wherever_they_stand():
    for msa, err in (
        ("Too late", ""),
        ("", "ERR||||E||||Too late"),
        ("", "ERR||||E|||Too late"),
        ("", "ERR|||1^Too late"),
    ):
        answer = parse_answer(f"MSH|^~\\&|A\rMSA|AE|K-1|{msa}\r{err}\r".encode())
        assert (answer.said, answer.is_accepted) == ("Too late", False)


@pytest.mark.parametrize("content", [O33, b"MSH|^~\\&|A\rMSA|OK|K-1\r"])
def test_what_answers_nothing_is_a_fault(content):
    with pytest.raises(faults.FaultError):
        parse_answer(content)


@given(st.lists(st.binary(max_size=60).filter(lambda found: not set(found) & {0x0B, 0x1C})), st.data())
def test_frames_come_whole_however_they_are_cut(messages, data):
    stream = b"".join(frame(message) for message in messages)
    unframer, found = Unframer(), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += unframer.feed(stream[:size])
        stream = stream[size:]
    assert found == messages
    assert unframer.stray == 0


def test_bytes_between_frames_are_counted_and_skipped():
    unframer = Unframer()
    assert unframer.feed(b"noise" + frame(b"one") + b"\r\n!" + frame(b"two")) == [b"one", b"two"]
    assert unframer.stray == 6


def test_a_message_that_was_cut_is_dropped_for_the_next():
    unframer = Unframer()
    assert unframer.feed(b"\x0bhalf a mess") == []
    assert unframer.feed(b"age" + frame(b"one")) == [b"one"]
    assert unframer.stray == len(b"half a message")


def test_a_frame_without_its_carriage_return_ends_all_the_same():
    assert Unframer().feed(b"\x0bone\x1c\x0btwo\x1c\x0d") == [b"one", b"two"]


def test_a_message_over_the_limit_ends_the_connection():
    unframer = Unframer(most=10)
    assert unframer.feed(frame(b"0123456789")) == [b"0123456789"]
    unframer.feed(b"\x0b01234")
    with pytest.raises(faults.UnreadableError, match="more than 10 bytes"):
        unframer.feed(b"567890")


def test_another_protocol_ends_the_connection():
    unframer = Unframer()
    unframer.feed(b"x" * MOST_STRAY_BYTES)
    with pytest.raises(faults.UnreadableError, match="not framed"):
        unframer.feed(b"x")


@pytest.mark.parametrize("message", [b"a\x0bb", b"a\x1cb"])
def test_a_message_that_would_break_its_frame_is_not_sent(message):
    with pytest.raises(ValueError, match="0x0B"):
        frame(message)


def test_a_framed_order_is_an_order():
    (message,) = Unframer().feed(frame(O33))
    assert parse(message) == parse(O33)
