"""Second opinions, discussion, reports, delivery and views, as entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from audit.models import Action, AuditEvent, Outcome
from audit.selectors import about_case
from cases.words import in_words
from consult.models import ClinicThread, ClinicThreadEntry, Comment, OpinionState, SecondOpinion
from inbox.models import Delivery
from oversight.presenters.timeline.entry import Entry
from oversight.presenters.timeline.record import name_of
from reports.models import CaseMove, Report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import User
    from cases.models import Case

MOST_LOOKS = 1000
_TONES = {"original": "ok", "corrected": "warn", "appended": "warn", "withdrawn": "danger"}
_LOOKS = frozenset({Action.VIEW, Action.SEARCH, Action.DOWNLOAD, Action.PRINT, Action.EXPORT})


def of_opinions(case: Case, user: User) -> Iterator[Entry]:
    """Yield what a colleague was asked, and what became of it."""
    opinions = SecondOpinion.objects.visible_to(user).filter(case=case)
    for opinion in opinions.select_related("asked_by", "colleague", "settled_by"):
        sentence = (
            _("Second opinion asked of %(person)s (blind)")
            if opinion.blind
            else _("Second opinion asked of %(person)s (open)")
        )
        asked = (opinion.question,) if opinion.question else ()
        yield Entry(
            opinion.asked_at,
            "talk",
            sentence % {"person": opinion.colleague.full_name},
            opinion.asked_by.full_name,
            details=asked,
        )
        if opinion.answered_at:
            declined = opinion.state == OpinionState.DECLINED
            words = (opinion.words,) if opinion.words else ()
            text = _("Second opinion declined") if declined else _("Second opinion given")
            yield Entry(opinion.answered_at, "talk", text, opinion.colleague.full_name, details=words)
        if opinion.settled_at:
            closing = (in_words(opinion.closing),) if opinion.closing else ()
            yield Entry(
                opinion.settled_at,
                "talk",
                _("Second opinion %(state)s") % {"state": opinion.get_state_display().lower()},
                name_of(opinion.settled_by),
                details=closing,
            )


def of_comments(case: Case, user: User) -> Iterator[Entry]:
    """Yield the thread."""
    for comment in Comment.objects.visible_to(user).filter(case=case).select_related("by", "cell"):
        text = _("Comment on cell %(number)s") % {"number": comment.cell.ordinal} if comment.cell else _("Comment")
        yield Entry(comment.at, "talk", text, comment.by.full_name, details=(comment.text,))


def of_clinic_threads(case: Case, user: User) -> Iterator[Entry]:
    """Yield what laboratory and clinic wrote to each other."""
    threads = ClinicThread.objects.visible_to(user).filter(case=case)
    for entry in ClinicThreadEntry.objects.filter(thread__in=threads).select_related("by"):
        yield Entry(entry.at, "talk", _("Between laboratory and clinic"), entry.by.full_name, details=(entry.text,))


def of_reports(case: Case, user: User) -> Iterator[Entry]:
    """Yield every version with its signature, and where the images of a withdrawn one went."""
    for report in Report.objects.visible_to(user).filter(case=case).select_related("signature"):
        signature = getattr(report, "signature", None)
        details = [f"SHA-256 {report.digest}"]
        if signature is not None:
            details.insert(
                0,
                _("%(meaning)s; %(method)s")
                % {"meaning": in_words(signature.meaning), "method": signature.get_method_display().lower()},
            )
        yield Entry(
            signature.signed_at if signature else report.created_at,
            "reports",
            _("Report version %(version)s signed (%(kind)s)")
            % {"version": report.version, "kind": report.get_kind_display().lower()},
            signature.signer_name if signature else "",
            details=tuple(details),
            tone=_TONES.get(report.kind, ""),
        )
    for move in CaseMove.objects.filter(from_case=case).select_related("by", "to_case"):
        yield Entry(
            move.at,
            "reports",
            _("Images taken over by case %(case)s") % {"case": move.to_case.accession_number},
            move.by.full_name,
            tone="danger",
        )
    for move in CaseMove.objects.filter(to_case=case).select_related("by", "from_case"):
        text = _("Images taken over from case %(case)s") % {"case": move.from_case.accession_number}
        yield Entry(move.at, "reports", text, move.by.full_name)


def of_deliveries(case: Case, user: User) -> Iterator[Entry]:
    """Yield to whom each version went, who opened it, who acknowledged it, and when people were told over heads."""
    deliveries = Delivery.objects.visible_to(user).filter(case=case)
    for delivery in deliveries.select_related("report", "organisation", "opened_by", "acknowledgement"):
        said = {"version": delivery.report.version, "organisation": delivery.organisation.name}
        critical = (_("Critical result"),) if delivery.critical else ()
        yield Entry(
            delivery.created_at,
            "delivery",
            _("Report version %(version)s sent to %(organisation)s") % said,
            details=critical,
            tone="danger" if delivery.critical else "",
        )
        if delivery.opened_at:
            text = _("Report version %(version)s opened") % said
            yield Entry(delivery.opened_at, "delivery", text, name_of(delivery.opened_by))
        if delivery.escalated_at:
            text = _("Report version %(version)s escalated: not acknowledged") % said
            yield Entry(delivery.escalated_at, "delivery", text, tone="warn")
        acknowledgement = getattr(delivery, "acknowledgement", None)
        if acknowledgement is not None:
            back = (_("With read-back of the critical result"),) if acknowledgement.read_back else ()
            yield Entry(
                acknowledgement.at,
                "delivery",
                _("Report version %(version)s acknowledged") % said,
                acknowledgement.by_name,
                details=back,
                tone="ok",
            )


def of_looks(case: Case, user: User) -> Iterator[Entry]:
    """Yield who viewed the case or downloaded something of it, and who was refused; the newest `MOST_LOOKS`."""
    events = AuditEvent.objects.visible_to(user).filter(about_case(case.pk)).order_by("-id")
    trail = f"{reverse('audit:events')}?case={case.pk}"
    for event in events.filter(action__in=_LOOKS)[:MOST_LOOKS]:
        yield _look(event, trail)
    for event in events.filter(outcome=Outcome.DENIED).exclude(action__in=_LOOKS)[:MOST_LOOKS]:
        yield _look(event, trail)


def _look(event: AuditEvent, trail: str) -> Entry:
    thing = _(event.object_type.rpartition(".")[2].replace("smearimage", "image"))
    denied = event.outcome == Outcome.DENIED
    text = _("%(action)s: %(record)s") % {"action": event.get_action_display(), "record": thing}
    return Entry(
        event.at,
        "access",
        _("Refused. %(what)s") % {"what": text} if denied else text,
        event.actor_name,
        details=(in_words(event.reason),) if event.reason else (),
        link=trail,
        tone="warn" if denied else "",
    )
