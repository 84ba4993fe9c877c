"""What the script of a timed differential sends."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from hematovision.rest.bodies import Body, Text, WholeNumber

_NO_ENTRIES = "has to be a list of objects."
MOST_ENTRIES = 500
_TOO_MANY = _("has to be a list of at most 500 objects.")


class EntryBody(Body):
    """One press of a key; an empty code takes the call back."""

    position = WholeNumber()
    turn = WholeNumber()
    code = Text(required=True)
    ms = WholeNumber()


class EntriesBody(Body):
    """Presses in their order."""

    entries: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=EntryBody(),
        allow_empty=False,
        max_length=MOST_ENTRIES,
        error_messages={
            **dict.fromkeys(("required", "null", "not_a_list", "invalid", "empty"), _NO_ENTRIES),
            "max_length": _TOO_MANY,
        },
    )
