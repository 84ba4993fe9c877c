"""What the script of a second opinion sends."""

from __future__ import annotations

from hematovision.rest.bodies import Body, ExactUUID, Text

_NO_LABELS = "has to be a list of objects."


class LabelBody(Body):
    """What the colleague calls a cell; an empty code takes a label back."""

    cell = ExactUUID()
    code = Text(required=True)


class LabelsBody(Body):
    """Labels of one cell or many."""

    labels = LabelBody(
        many=True, error_messages=dict.fromkeys(("required", "null", "not_a_list", "invalid"), _NO_LABELS)
    )
