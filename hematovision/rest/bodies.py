"""JSON that a page's own script sends, checked by a serializer; what is wrong with it is one sentence naming the member.

The API below ``/api/`` answers with every error of a request at once. A script of ours has no form to show them in:
whatever it sends wrong is a defect of the page, so the first is enough.
"""

from __future__ import annotations

import uuid
from io import BytesIO
from typing import TYPE_CHECKING, Any

from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from hematovision.errors import Unprocessable
from hematovision.rest.problems import flatten

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

CODE = "bad_json"
UNKNOWN = "is unknown here."
_BOUND = 10**9


class Body(serializers.Serializer):
    """A JSON object whose members are all known: one that is not is refused by its name.

    Error messages are the end of a sentence that begins with the member: "has to be a UUID."
    """

    def to_internal_value(self, data: Any) -> Any:
        """Refuse unknown members, then check the known ones."""
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            raise serializers.ValidationError({str(name): [UNKNOWN] for name in unknown})
        return super().to_internal_value(data)


class ExactUUID(serializers.UUIDField):
    """A UUID written as text; a number is none, although Python could make one of it."""

    default_error_messages = dict.fromkeys(("required", "null", "invalid"), "has to be a UUID.")

    def to_internal_value(self, data: Any) -> uuid.UUID:
        """Return the UUID."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class WholeNumber(serializers.IntegerField):
    """A whole number of at most nine digits; neither a truth value nor a number in quotes is one."""

    default_error_messages = dict.fromkeys(("required", "null", "invalid"), "has to be a whole number.")

    def to_internal_value(self, data: Any) -> int:
        """Return the number."""
        if isinstance(data, bool) or not isinstance(data, int) or not -_BOUND < data < _BOUND:
            self.fail("invalid")
        return data


class Text(serializers.CharField):
    """Text as it was sent; left out or null it is empty, unless it is `required`."""

    default_error_messages = dict.fromkeys(("required", "null", "invalid"), "has to be a text.")

    def __init__(self, **options: Any) -> None:
        if not options.get("required"):
            options = {"default": "", "allow_null": True, **options}
        super().__init__(**{"allow_blank": True, "trim_whitespace": False, **options})

    def run_validation(self, data: Any = serializers.empty) -> str:
        """Return the text; null is the empty one."""
        return super().run_validation(data) or ""

    def to_internal_value(self, data: Any) -> str:
        """Return the text."""
        if not isinstance(data, str) or "\x00" in data:
            self.fail("invalid")
        return data


def json_body(request: HttpRequest, body: type[Body]) -> dict[str, Any]:
    """Return the members of a request's JSON object as `body` defines them; an empty request is an empty object.

    Raises `Unprocessable` (``bad_json``) with one sentence, and in its details the member that is wrong.
    """
    try:
        data = JSONParser().parse(BytesIO(request.body or b"{}"))
    except ParseError as error:
        raise Unprocessable("The request is no JSON.", code=CODE) from error
    if not isinstance(data, dict):
        raise Unprocessable("The request is no JSON object.", code=CODE)
    checked = body(data=data)
    if not checked.is_valid():
        member, sentence = _first(checked.errors)
        raise Unprocessable(f"{member} {sentence}", code=CODE, details={"member": member})
    return checked.validated_data


def _first(errors: Mapping[str, Any]) -> tuple[str, str]:
    """The member of the first error and its sentence. Which row of a list it was in says nothing to anybody."""
    path, sentences = next(iter(flatten(errors).items()))
    return ".".join(part for part in path.split(".") if not part.isdigit()), sentences[0]
