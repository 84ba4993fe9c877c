"""What narrows the worklist."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models import Patient, Priority
from cases.states import CLOSED_STATES, SIGNED_STATES, CaseState
from classifier.selectors import images_of_unknown_cameras
from hematovision.forms import uuid_or_none

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import QueryDict
    from django_stubs_ext import StrPromise

    from cases.models import CaseQuerySet, PatientQuerySet

_MAX_PATIENTS = 50
OPEN_STATES = frozenset(CaseState) - CLOSED_STATES

# What the tabs of the worklist say and which states each holds.
STATE_TABS: Mapping[str, tuple[StrPromise, frozenset[CaseState]]] = {
    "open": (_("Open"), OPEN_STATES),
    "draft": (_("Drafts"), frozenset({CaseState.DRAFT})),
    "submitted": (_("Waiting"), frozenset({CaseState.SUBMITTED, CaseState.ANALYSING})),
    "ready": (_("Ready for review"), frozenset({CaseState.READY})),
    "in_review": (_("In review"), frozenset({CaseState.IN_REVIEW})),
    "signed": (_("Signed"), SIGNED_STATES),
    "rejected": (_("Rejected"), frozenset({CaseState.REJECTED})),
    "cancelled": (_("Cancelled"), frozenset({CaseState.CANCELLED, CaseState.WITHDRAWN})),
    "all": (_("All"), frozenset(CaseState)),
}


@dataclass(frozen=True)
class WorklistFilters:
    """The filters of a worklist as its address carries them; what is not understood is ignored."""

    state: str
    priority: str
    clinic: uuid.UUID | None
    unknown_camera: bool
    patients: tuple[uuid.UUID, ...]

    @classmethod
    def from_query(cls, query: QueryDict, *, default_state: str = "open") -> WorklistFilters:
        """Read the filters from a query string."""
        patients = tuple(
            found for found in map(uuid_or_none, query.getlist("patient")[:_MAX_PATIENTS]) if found is not None
        )
        # Whoever looks for a patient wants all of their cases, whatever their state.
        state = query.get("state", "all" if patients else default_state)
        priority = query.get("priority", "")
        return cls(
            state=state if state in STATE_TABS else default_state,
            priority=priority if priority in Priority.values else "",
            clinic=uuid_or_none(query.get("clinic", "")),
            unknown_camera=query.get("camera") == "unknown",
            patients=patients,
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the state is filtered on."""
        return bool(self.priority or self.clinic or self.unknown_camera or self.patients)

    def but_state(self, cases: CaseQuerySet) -> CaseQuerySet:
        """Apply every filter except the state, for the counts beside the states."""
        if self.priority:
            cases = cases.filter(priority=self.priority)
        if self.clinic:
            cases = cases.filter(clinic=self.clinic)
        if self.unknown_camera:
            cases = cases.filter(pk__in=images_of_unknown_cameras().values("case"))
        if self.patients:
            cases = cases.filter(patient__in=_records_of(self.patients).values("pk"))
        return cases

    def apply(self, cases: CaseQuerySet) -> CaseQuerySet:
        """Apply every filter."""
        cases = self.but_state(cases)
        if self.state == "all":
            return cases
        return cases.filter(state__in=STATE_TABS[self.state][1])


def _records_of(patients: Sequence[uuid.UUID]) -> PatientQuerySet:
    """The patients with what was merged into them: one person, whichever name a report was signed with."""
    return Patient.objects.filter(Q(pk__in=patients) | Q(merged_into__in=patients)).order_by()


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
