"""What a patient was called, step by step, for the pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cases.models import FormerIdentity, Patient

_SHOWN = (("full_name", "Name"), ("mrn", "MRN"), ("born", "Date of birth"), ("sex", "Sex"))


@dataclass(frozen=True)
class Change:
    """One value that was corrected."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Correction:
    """One correction: what it changed, and the row that keeps how everything stood before."""

    former: FormerIdentity
    changes: tuple[Change, ...]

    @property
    def what(self) -> str:
        """What was corrected, as the start of a sentence: "Name and sex"."""
        names = [change.what if change.what == "MRN" else change.what.lower() for change in self.changes]
        text = " and ".join(names)
        return f"{text[:1].upper()}{text[1:]}"


def corrections_of(patient: Patient) -> list[Correction]:
    """Return the corrections of a patient, newest first."""
    found: list[Correction] = []
    later: Patient | FormerIdentity = patient
    for former in patient.former_identities.select_related("corrected_by"):
        changes = tuple(
            Change(label, _text(former, name), _text(later, name))
            for name, label in _SHOWN
            if _text(former, name) != _text(later, name)
        )
        found.append(Correction(former, changes))
        later = former
    return found


def _text(identity: Patient | FormerIdentity, name: str) -> str:
    if name == "sex":
        return str(identity.get_sex_display())
    return str(getattr(identity, name))
