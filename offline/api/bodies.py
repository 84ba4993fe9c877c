"""What these scripts send."""

from __future__ import annotations

from rest_framework import serializers

from hematovision.rest.bodies import StrictBody

#: So many keys are unwrapped at once; a script with more asks again.
MOST_KEYS = 50
#: 384 bytes in base64: what 3,072 bits of RSA make of a key.
_WRAPPED = r"^[A-Za-z0-9+/]{512}$"


class UnwrapBody(StrictBody):
    """Keys that were wrapped for one device."""

    device = serializers.UUIDField()
    wrapped = serializers.ListField(child=serializers.RegexField(_WRAPPED), min_length=1, max_length=MOST_KEYS)


class DiscardBody(StrictBody):
    """How much of what somebody kept is discarded."""

    person = serializers.UUIDField()
    items = serializers.IntegerField(min_value=1, max_value=100_000)
