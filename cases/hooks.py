"""What an app above this one tells it: functions registered at start."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import User
    from cases.models import Case

_signed_report: list[Callable[[Case, str], str]] = []
_reopened: list[Callable[[User, Case], bool]] = []


def register_signed_report(function: Callable[[Case, str], str]) -> None:
    """Name the function that answers with the address of a case's signed report in a form (`page`, `csv`), or ""."""
    _signed_report[:] = [function]


def signed_report_address(case: Case, form: str) -> str:
    """Return where the signed report of `case` is, or nothing while there is none."""
    return _signed_report[0](case, form) if _signed_report else ""


def register_reopened(function: Callable[[User, Case], bool]) -> None:
    """Name the function that knows whether a closed case was opened again for a person to put right."""
    _reopened[:] = [function]


def is_reopened_for(user: User, case: Case) -> bool:
    """Whether `user` may put right what was said about a specimen although its case is closed."""
    return bool(_reopened) and _reopened[0](user, case)
