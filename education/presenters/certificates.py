"""Certificates on pages: what is missing for one, what became of a request, what the public is told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from education.models import Certificate
from education.passing import FEWEST_ANSWERS, FEWEST_OF_A_CLASS, LEAST_KAPPA, LEAST_SENSITIVITY, Lack
from education.permissions import may_learn
from education.selectors.passed import judgement_of
from education.services.certificates import issuers_for
from education.verification import certificate_faults
from education.words import name_of
from hematovision.templatetags.ui import percent_number

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User
    from education.models import Attempt, CertificateRequest
    from education.passing import Missing


@dataclass(frozen=True, slots=True)
class Asking:
    """What the page of a result says of its certificate. `missing` are sentences; with one nothing can be asked for."""

    missing: tuple[str, ...]
    certificate: Certificate | None
    request: CertificateRequest | None
    has_issuer: bool

    @property
    def waits(self) -> bool:
        """Whether a request waits for its answer."""
        return self.request is not None and self.request.answered_at is None

    @property
    def declined_because(self) -> str:
        """Why the last request was declined."""
        return self.request.declined_because if self.request is not None else ""

    @property
    def can_be_asked(self) -> bool:
        """Whether the student can ask now."""
        return not self.missing and self.certificate is None and not self.waits and self.has_issuer


def asking_of(attempt: Attempt) -> Asking | None:
    """What is said of the certificate of an attempt; None where there is none to be had for it."""
    judgement = judgement_of(attempt)
    if judgement is None:
        return None
    certificate = Certificate.objects.filter(attempt=attempt).first()
    # What was issued stands, whatever was recalled since.
    missing = () if certificate is not None else tuple(missing_in_words(each) for each in judgement.missing)
    return Asking(
        missing,
        certificate,
        attempt.certificate_requests.order_by("-asked_at").first(),
        has_issuer=bool(missing) or issuers_for(attempt.student).exists(),
    )


def missing_in_words(missing: Missing) -> str:
    """One thing that is missing, as a sentence."""
    return _of_a_class(missing) if missing.code else _of_all(missing)


def _of_all(missing: Missing) -> str:
    if missing.lack == Lack.KAPPA:
        if missing.found is None:
            return _("The agreement with the truth beyond chance is not defined, as only one class was asked.")
        sentence = _("The agreement with the truth beyond chance (kappa) is %(found)s; %(least)s is needed.")
        return sentence % {"found": f"{missing.found:.2f}", "least": f"{LEAST_KAPPA:.2f}"}
    number = int(missing.found or 0)
    if missing.lack == Lack.ANSWERS:
        sentence = ngettext(
            "There is %(number)s answer; %(least)s are needed.",
            "There are %(number)s answers; %(least)s are needed.",
            number,
        )
    else:
        sentence = ngettext("%(number)s cell was not called.", "%(number)s cells were not called.", number)
    return sentence % {"number": number, "least": FEWEST_ANSWERS}


def _of_a_class(missing: Missing) -> str:
    name = name_of(missing.code)
    if missing.lack == Lack.CELLS:
        number = int(missing.found or 0)
        sentence = ngettext(
            "%(name)s: %(number)s cell was asked; %(least)s are needed.",
            "%(name)s: %(number)s cells were asked; %(least)s are needed.",
            number,
        )
        return sentence % {"name": name, "number": number, "least": FEWEST_OF_A_CLASS}
    if missing.lack == Lack.SENSITIVITY:
        sentence = _("%(name)s: %(share)s %% of the cells were called so; %(least)s %% are needed.")
        least = percent_number(LEAST_SENSITIVITY)
        return sentence % {"name": name, "share": percent_number(missing.found), "least": least}
    if missing.lack == Lack.OUTSIDE:
        return _("%(name)s: outside the confidence interval of the truth.") % {"name": name}
    return _("%(name)s: missed, although at least 2 %% were there.") % {"name": name}


class Standing(StrEnum):
    """What the public page says of a hash."""

    VALID = "valid"
    REVOKED = "revoked"
    BROKEN = "broken"
    UNKNOWN = "unknown"


def checked(found: Certificate | None, user: User | AnonymousUser) -> dict[str, Any]:
    """What the public page shows: initials for strangers, the name for people of the laboratory, nobody who revoked it."""
    if found is None:
        return {"standing": Standing.UNKNOWN}
    if certificate_faults(found):
        return {"standing": Standing.BROKEN}
    is_of_the_house = may_learn(user) and user.laboratory is not None and user.laboratory.pk == found.laboratory_id
    name = str(found.content["name"])
    return {
        "standing": Standing.VALID if found.revoked_at is None else Standing.REVOKED,
        "certificate": found,
        "content": found.content,
        "name": name if is_of_the_house else initials_of(name),
        "is_whole_name": is_of_the_house,
    }


def initials_of(name: str) -> str:
    """The first letter of every part of a name, of an address the first alone."""
    return " ".join(f"{part[0].upper()}." for part in name.partition("@")[0].split())
