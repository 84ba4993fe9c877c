"""Bodies of requests, checked by serializers that know every member: one that does not exist is refused by its name.

A mistyped member must never be dropped: ``{"wbcc": 12}`` answered with 200 would lose a white cell count. The API below
``/api/`` answers with every error of a request at once (`StrictBody`). A page's own script has no form to show them in:
whatever it sends wrong is a defect of the page, so the first is enough (`Body`).
"""

from __future__ import annotations

import uuid
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from hematovision.errors import Unprocessable
from hematovision.rest.problems import flatten

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

CODE = "bad_json"
UNKNOWN = _("is unknown here.")
NOT_TEXT = _("This has to be a text, not a number.")
_BOUND = 10**9
# The library would make a text of a number: 4.0 of an accession number 4, a UUID of any whole number.
_TEXTS = (serializers.CharField, serializers.UUIDField)


class StrictBody(serializers.Serializer):
    """What a caller of the API sends, JSON or a form; every member is known or refused by its name, and a text is a text."""

    def to_internal_value(self, data: Any) -> Any:
        """Refuse unknown members and numbers for texts, together with what else is wrong."""
        sent = data if isinstance(data, dict) else {}
        errors: dict[str, Any] = {name: [self.refusal_of_unknown()] for name in sorted(set(sent) - set(self.fields))}
        for name, field in self.fields.items():
            if isinstance(field, _TEXTS) and isinstance(sent.get(name), int | float):
                errors[name] = [NOT_TEXT]
        try:
            checked = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**errors, **error.detail}) from error  # type: ignore[dict-item]
        if errors:
            raise serializers.ValidationError(errors)
        return checked

    def refusal_of_unknown(self) -> str:
        """The sentence for a member that does not exist."""
        known = ", ".join(sorted(self.fields)) or gettext("none")
        return gettext("There is no such field. Known: %(known)s.") % {"known": known}


class Empty(StrictBody):
    """The body of a request that takes none: nothing, or an object without members."""


class Body(StrictBody):
    """A JSON object that a page's script sends.

    Error messages are the end of a sentence that begins with the member: _("has to be a UUID.")
    """

    def refusal_of_unknown(self) -> str:
        """The end of the sentence for a member that does not exist."""
        return str(UNKNOWN)


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

    default_error_messages = dict.fromkeys(("required", "null", "invalid"), _("has to be a whole number."))

    def to_internal_value(self, data: Any) -> int:
        """Return the number."""
        if isinstance(data, bool) or not isinstance(data, int) or not -_BOUND < data < _BOUND:
            self.fail("invalid")
        return data


class Text(serializers.CharField):
    """Text as it was sent; left out or null it is empty, unless it is `required`."""

    default_error_messages = dict.fromkeys(("required", "null", "invalid"), _("has to be a text."))

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
        raise Unprocessable(gettext("The request is no JSON."), code=CODE) from error
    except RecursionError as error:
        # Some thousand brackets are enough, and the decoder has no limit of its own.
        raise Unprocessable(gettext("The JSON is nested too deeply."), code=CODE) from error
    if not isinstance(data, dict):
        raise Unprocessable(gettext("The request is no JSON object."), code=CODE)
    checked = body(data=data)
    if not checked.is_valid():
        member, sentence = _first(checked.errors)
        raise Unprocessable(f"{member} {sentence}", code=CODE, details={"member": member})
    return checked.validated_data


def _first(errors: Mapping[str, Any]) -> tuple[str, str]:
    """The member of the first error and its sentence. Which row of a list it was in says nothing to anybody."""
    path, sentences = next(iter(flatten(errors).items()))
    return ".".join(part for part in path.split(".") if not part.isdigit()), sentences[0]
