"""What can be wrong with a message, by HL7 table 0357: each fault has its code, its place and a sentence without a patient's data."""

from __future__ import annotations

from typing import ClassVar

from integrations.said import gettext_noop

NO_CODE = gettext_noop("The mapping has no code for %(cell_class)s, %(quantity)s. Add a row, then send again.")


class UnreadableError(ValueError):
    """The bytes are no HL7 message, or too many: there is nothing to answer, and whoever listens closes the connection."""


class FaultError(ValueError):
    """A message that is refused. `place` is the ERL of ERR-2 (`PID^1^3^1^4`), empty for the message as a whole."""

    code: ClassVar[int] = 207
    text: ClassVar[str] = "Application internal error"  # not translated
    acknowledgement: ClassVar[str] = "AE"

    def __init__(self, sentence: str, place: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.place = place


class SegmentSequenceError(FaultError):
    """A segment is missing, or stands where it may not."""

    code = 100
    text = "Segment sequence error"  # not translated


class RequiredFieldMissingError(FaultError):
    """A field that is needed is empty."""

    code = 101
    text = "Required field missing"  # not translated


class DataTypeError(FaultError):
    """A field is no number, no date, or longer than it may be."""

    code = 102
    text = "Data type error"  # not translated


class UnknownValueError(FaultError):
    """A coded value that no table has."""

    code = 103
    text = "Table value not found"  # not translated


class UnsupportedTypeError(FaultError):
    """A type of message that nobody takes here."""

    code = 200
    text = "Unsupported message type"  # not translated
    acknowledgement = "AR"


class UnsupportedEventError(FaultError):
    """An event of a known type that nobody takes here."""

    code = 201
    text = "Unsupported event code"  # not translated
    acknowledgement = "AR"


class UnsupportedProcessingError(FaultError):
    """A test message on a live connection, or the other way round."""

    code = 202
    text = "Unsupported processing id"  # not translated
    acknowledgement = "AR"


class UnsupportedVersionError(FaultError):
    """Not HL7 version 2."""

    code = 203
    text = "Unsupported version id"  # not translated
    acknowledgement = "AR"


class UnknownKeyError(FaultError):
    """The order or patient that the message is about is not there."""

    code = 204
    text = "Unknown key identifier"  # not translated


class DuplicateKeyError(FaultError):
    """A control id or placer number that was used for something else."""

    code = 205
    text = "Duplicate key identifier"  # not translated


class InternalFaultError(FaultError):
    """It cannot be done, for a reason of ours that the sentence names."""


class HeldMessageError(ValueError):
    """A result message that cannot be built without a guess. It waits until somebody answers what the sentence asks."""


class MissingCodeError(HeldMessageError):
    """The mapping of the receiver has no code for a result."""

    def __init__(self, cell_class: str, quantity: str) -> None:
        super().__init__(NO_CODE % {"cell_class": cell_class, "quantity": quantity})
        self.cell_class = cell_class
        self.quantity = quantity


class UnsendableTextError(HeldMessageError):
    """The character set of the receiver lacks a character of the message."""
