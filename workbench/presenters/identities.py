"""What a patient was called, step by step, for the pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from cases.models import FormerIdentity, Patient

# Each with its label and how it is called within a sentence.
_SHOWN = (
    ("full_name", _("Name"), _("name")),
    ("mrn", _("MRN"), _("MRN")),
    ("born", _("Date of birth"), _("date of birth")),
    ("sex", _("Sex"), _("sex")),
)


@dataclass(frozen=True)
class Change:
    """One value that was corrected."""

    what: str
    within_sentence: str
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
        text = gettext(" and ").join(change.within_sentence for change in self.changes)
        return f"{text[:1].upper()}{text[1:]}"


def corrections_of(patient: Patient) -> list[Correction]:
    """Return the corrections of a patient, newest first."""
    found: list[Correction] = []
    later: Patient | FormerIdentity = patient
    for former in patient.former_identities.select_related("corrected_by"):
        changes = tuple(
            Change(str(label), str(within), _text(former, name), _text(later, name))
            for name, label, within in _SHOWN
            if _text(former, name) != _text(later, name)
        )
        found.append(Correction(former, changes))
        later = former
    return found


def _text(identity: Patient | FormerIdentity, name: str) -> str:
    if name == "sex":
        return str(identity.get_sex_display())
    return str(getattr(identity, name))
