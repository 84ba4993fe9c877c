"""What the audit trail asks of the apps above it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hematovision.providers import Provider

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID


@Provider
def records_of_case(case_id: UUID) -> Mapping[str, Sequence[str]]:
    """The ids of every record of a case by object type; answered by `oversight`, which sees all apps, else none."""
    return {}


@Provider
def types_that_list_cases() -> Sequence[str]:
    """The object types of events about many cases at once, which hold the ids of the cases; answered by `oversight`."""
    return ()
