"""What a certificate says: plain values in the language of the laboratory's reports, with no id but its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from education.models import SetKind
from education.selectors.passed import attempts_until
from education.words import name_of
from hematovision.languages import in_language

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from accounts.models import User
    from education.competence import Share
    from education.models import CertificateRequest
    from education.passing import Judgement

FORM = "hematovision training certificate 1"
"""Of which form a content is: programs know by it which members there are."""
STATEMENT = gettext_noop("Training certificate, not a licence to practise")
MEANING = gettext_noop("I issue this training certificate")


def unsigned_content(request: CertificateRequest, judgement: Judgement) -> dict[str, Any]:
    """Return what a pathologist is shown before they sign: the certificate without its id and its signature."""
    attempt, laboratory = request.attempt, request.laboratory
    with in_language(laboratory.report_language):
        return {
            "form": FORM,
            "language": laboratory.report_language,
            "statement": _(STATEMENT),
            "name": str(attempt.student),
            "laboratory": laboratory.name,
            "set": {"title": attempt.teaching_set.shown_title, "kind": attempt.teaching_set.kind},
            "rule": "timed" if attempt.teaching_set.kind == SetKind.DIFFERENTIAL else "first answers",
            "finished_on": timezone.localdate(attempt.finished_at).isoformat(),
            "attempts": attempts_until(attempt),
            "figures": {"answers": _share(judgement.right), "kappa": _kappa(judgement)},
            "classes": [
                {"code": each.code, "label": name_of(each.code), **_share(each.sensitivity)}
                for each in judgement.classes
            ],
        }


def signed_content(unsigned: dict[str, Any], *, pk: UUID, signer: User, method: str, at: dt.datetime) -> dict[str, Any]:
    """Return `unsigned` with the id of the certificate and the signature: printed name, role, meaning, time."""
    with in_language(unsigned["language"]):
        meaning, role = _(MEANING), str(signer.get_role_display())
    signature = {"name": str(signer), "role": role, "meaning": meaning, "method": method, "signed_at": at.isoformat()}
    return {**unsigned, "id": str(pk), "signature": signature}


def _share(share: Share) -> dict[str, Any]:
    """Counts and percent with one decimal as text: two programs never disagree about the digits of a text."""
    interval = share.interval
    if interval is None:
        return {"right": share.part, "n": share.n, "percent": "", "low": "", "high": ""}
    percent, low, high = (f"{100 * each:.1f}" for each in (share.part / share.n, interval.low, interval.high))
    return {"right": share.part, "n": share.n, "percent": percent, "low": low, "high": high}


def _kappa(judgement: Judgement) -> dict[str, str]:
    kappa = judgement.kappa
    values = {"value": kappa.kappa, "low": kappa.low, "high": kappa.high}
    return {name: "" if value is None else f"{value:.2f}" for name, value in values.items()}
