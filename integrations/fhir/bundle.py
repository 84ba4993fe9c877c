"""Bundles of resources, and the OperationOutcome that says what was wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integrations.fhir.parts import present

if TYPE_CHECKING:
    from integrations.fhir.reading import Problem

_ISSUES = {
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    409: "conflict",
    410: "deleted",
    412: "conflict",
    413: "too-long",
    415: "not-supported",
    422: "business-rule",
    429: "throttled",
    503: "transient",
    507: "no-store",
}
"""The code of an issue, by the HTTP status of the answer; anything else is an exception of ours."""


def collection(base: str, resources: list[dict[str, Any]], at: str) -> dict[str, Any]:
    """Return a Bundle of resources that belong together; `base` is the address of the server, with its last slash."""
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": at,
        "entry": [{"fullUrl": address(base, one), "resource": one} for one in resources],
    }


def searchset(
    base: str,
    matches: list[dict[str, Any]],
    *,
    included: list[dict[str, Any]],
    problems: list[str],
    itself: str,
    following: str | None,
) -> dict[str, Any]:
    """Return a page of a search. `problems` are sentences about what was found and is not handed out."""
    entries = [
        {"fullUrl": address(base, one), "resource": one, "search": {"mode": mode}}
        for mode, found in (("match", matches), ("include", included))
        for one in found
    ]
    if problems:
        told = outcome([("warning", "incomplete", sentence) for sentence in problems])
        entries.append({"resource": told, "search": {"mode": "outcome"}})
    links = [{"relation": "self", "url": itself}]
    if following:
        links.append({"relation": "next", "url": following})
    return present(resourceType="Bundle", type_="searchset", link=links, entry=entries)


def history(address_of: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the versions of the resource at an address; `entries` have what each is and how it came to be."""
    return {
        "resourceType": "Bundle",
        "type": "history",
        "total": len(entries),
        "entry": [{"fullUrl": address_of, **one} for one in entries],
    }


def transaction_response(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the answer to a transaction; `entries` are the responses of its entries, in their order."""
    return {
        "resourceType": "Bundle",
        "type": "transaction-response",
        "entry": [{"response": response} for response in entries],
    }


def outcome(issues: list[tuple[str, str, str]]) -> dict[str, Any]:
    """Return an OperationOutcome of (severity, code, sentence)."""
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": severity, "code": code, "diagnostics": said} for severity, code, said in issues],
    }


def refused_resource(problems: list[Problem]) -> dict[str, Any]:
    """Return the OperationOutcome of a resource that is not taken: each problem with its place."""
    issues = [
        {
            "severity": "error",
            "code": one.code,
            "diagnostics": f"{one.where}: {one.sentence}",
            "expression": [one.where],
        }
        for one in problems
    ]
    return {"resourceType": "OperationOutcome", "issue": issues}


def refusal(status: int, sentences: list[str]) -> dict[str, Any]:
    """Return the OperationOutcome of an answer with this HTTP status."""
    code = _ISSUES.get(status, "exception")
    return outcome([("error", code, sentence) for sentence in sentences])


def address(base: str, resource: dict[str, Any]) -> str:
    """Return the address of a resource of this server."""
    return f"{base}{resource['resourceType']}/{resource['id']}"
