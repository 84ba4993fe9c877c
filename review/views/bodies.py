"""What the workspace's script sends."""

from __future__ import annotations

from rest_framework import serializers

from hematovision.rest.bodies import Body, ExactUUID, Text, WholeNumber

_NO_CELLS = "has to be a list of objects."
_NO_BOX = "has to be [x, y, width, height]."


class CellBody(Body):
    """A cell as the page knew it, and whether it was on the screen."""

    id = ExactUUID()
    revision = WholeNumber()
    displayed = serializers.BooleanField(
        default=False, error_messages=dict.fromkeys(("invalid", "null"), "has to be true or false.")
    )


class ActionBody(Body):
    """One action on cells; its id makes it happen once."""

    action_id = ExactUUID()
    kind = Text()
    cells = CellBody(
        many=True, default=list, error_messages=dict.fromkeys(("not_a_list", "invalid", "null"), _NO_CELLS)
    )
    label = Text()  # type: ignore[assignment]  # DRF takes the member off the class, and its own label stays
    reason_code = Text()
    reason = Text()


class NewCellBody(Body):
    """A cell drawn by the reviewer; its id makes it happen once."""

    action_id = ExactUUID()
    image = ExactUUID()
    box = serializers.ListField(
        child=WholeNumber(),
        min_length=4,
        max_length=4,
        error_messages=dict.fromkeys(("required", "null", "not_a_list", "min_length", "max_length"), _NO_BOX),
    )


class KeysBody(Body):
    """The reviewer's keys, command by command. What is a key, and of which command, is said by `review.key_map`."""

    keys = serializers.JSONField(default=None)
