"""A ServiceRequest that comes back revoked, as a whole or as a JSON Patch: nothing else of it changes."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

from integrations.fhir.incoming_order import codes_of
from integrations.fhir.reading import Element, Problem, RefusedResourceError
from integrations.fhir.systems import STATUS_REASON

_FREE = frozenset({"status", "extension", "meta", "text"})
_PATH = re.compile(r"/([A-Za-z]+)(?:/(-|0))?")


def revoked_reason(sent: Any, current: dict[str, Any]) -> str:
    """Return why an order is revoked; raises `RefusedResourceError` where anything but that was changed.

    `current` is the ServiceRequest as it stands.
    """
    problems: list[Problem] = []
    found = Element(sent, "ServiceRequest", problems)
    members = sent if isinstance(sent, dict) else {}
    for name in sorted((set(members) | set(current)) - _FREE):
        if members.get(name) != current.get(name):
            found.refuse("business-rule", "Only the status of an order is changed here: send the rest as it was.", name)
    found.code("status", {"revoked": "revoked"})
    reason = ""
    for extension in found.children("extension", required=True):
        if extension.text("url", required=True) != STATUS_REASON:
            extension.refuse("structure", f"Taken here: {STATUS_REASON}.", "url")
            continue
        concept = extension.child("valueCodeableConcept", required=True)
        if concept is not None:
            codes, words = codes_of(concept)
            reason = words or next((one.display for one in codes if one.display), "")
        extension.close()
    if not problems and not reason:
        found.refuse("required", "Say in words why the order is revoked.", "extension")
    if problems:
        raise RefusedResourceError(problems)
    return reason


def patched(operations: Any, current: dict[str, Any]) -> dict[str, Any]:
    """Return `current` after a JSON Patch (RFC 6902) of its own members; raises `RefusedResourceError`."""
    problems: list[Problem] = []
    result = deepcopy(current)
    if not isinstance(operations, list) or not operations:
        raise RefusedResourceError([Problem("structure", "Patch", "Send a JSON Patch: a list of operations.")])
    for place, sent in enumerate(operations):
        operation = Element(sent, f"Patch[{place}]", problems)
        kind = operation.code("op", {"add": "add", "replace": "replace", "test": "test"})
        path = _PATH.fullmatch(operation.text("path", required=True))
        if path is None:
            operation.refuse("value", "Write the path of a member: /status, /extension, /extension/-.", "path")
        if not operation.has("value"):
            operation.refuse("required", "This element is needed.", "value")
        operation.close()
        if not problems and path is not None:
            _apply(operation, kind, path, sent["value"], result)
    if problems:
        raise RefusedResourceError(problems)
    return result


def _apply(operation: Element, kind: str, path: re.Match[str], value: Any, result: dict[str, Any]) -> None:
    name, index = path.groups()
    if kind == "test":
        found = (result.get(name) or [None])[0] if index == "0" else result.get(name)
        if found != value:
            operation.refuse("conflict", "The value is another one.", "value")
    elif index is None:
        result[name] = value
    elif isinstance(result.get(name), list):
        result[name] = [*result[name], value] if index == "-" else [value, *result[name][kind == "replace" :]]
    else:
        operation.refuse("value", "There is no such list: add it whole.", "path")
