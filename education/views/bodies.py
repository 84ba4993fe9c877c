"""What the script of a timed differential sends."""

from __future__ import annotations

from hematovision.rest.bodies import Body, Text, WholeNumber

_NO_ENTRIES = "has to be a list of objects."


class EntryBody(Body):
    """One press of a key; an empty code takes the call back."""

    position = WholeNumber()
    turn = WholeNumber()
    code = Text(required=True)
    ms = WholeNumber()


class EntriesBody(Body):
    """Presses in their order."""

    entries = EntryBody(
        many=True,
        allow_empty=False,
        error_messages=dict.fromkeys(("required", "null", "not_a_list", "invalid", "empty"), _NO_ENTRIES),
    )
