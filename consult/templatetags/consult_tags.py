"""Parts of this app that pages of others show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.db.models import Count, Q
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from consult.forms import CommentForm
from consult.models import OpinionState, SecondOpinion
from consult.permissions import gives_opinions, leads_clinic_thread, reads_clinic_threads, reads_talk_of
from consult.presenters import thread_context
from consult.selectors import clinic_threads_of, may_ask, opinions_of

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise
    from django.utils.safestring import SafeString

    from accounts.models import User
    from cases.models import Case

register = template.Library()

# state -> (word, tone, shape); the shape keeps states apart without colour.
_MARKS: dict[str, tuple[_StrPromise, str, str]] = {
    OpinionState.ASKED: (_("Asked"), "accent", ""),
    OpinionState.ANSWERED: (_("Answered"), "info", "half"),
    OpinionState.DECLINED: (_("Declined"), "danger", "cross"),
    OpinionState.ADJUDICATED: (_("Adjudicated"), "ok", "filled"),
    OpinionState.CLOSED: (_("Closed"), "warn", "half square"),
}


@register.simple_tag
def opinion_mark(state: str) -> SafeString:
    """Show the state of a second opinion as a word with a sign."""
    word, tone, shape = _MARKS[state]
    return format_html('<span class="mark {} tone-{}">{}</span>', shape, tone, word)


@register.filter
def discussed_by(case: Case, user: User) -> bool:
    """Whether `consult_panel` shows something of the case to `user`."""
    return reads_talk_of(user, case)


@register.inclusion_tag("consult/panel.html", takes_context=True)
def consult_panel(context: dict[str, Any], case: Case) -> dict[str, Any]:
    """Show a case's second opinions and its discussion; nothing to those who take no part in it."""
    user = context["user"]
    if not reads_talk_of(user, case):
        return {"shown": False}
    return {
        "shown": True,
        "request": context.get("request"),
        "csrf_token": context.get("csrf_token"),
        "user": user,
        "case": case,
        "opinions": list(opinions_of(case, user)),
        "may_ask": may_ask(user, case),
        "reads": gives_opinions(user),
        "form": CommentForm(None, case=case, user=user),
        **thread_context(case, user),
    }


@register.inclusion_tag("consult/partials/clinic_thread_panel.html", takes_context=True)
def clinic_thread_panel(context: dict[str, Any], case: Case) -> dict[str, Any]:
    """Lead to the thread of a case with its clinic: the laboratory always, the clinic once there is one."""
    user = context["user"]
    threads = clinic_threads_of(case, user) if reads_clinic_threads(user) else []
    return {
        "case": case,
        "leads": leads_clinic_thread(user, case),
        "entries": [entry for thread in threads for entry in thread.entries.all()],
        "is_open": any(thread.is_open for thread in threads),
    }


@register.inclusion_tag("consult/partials/notice.html", takes_context=True)
def opinions_notice(context: dict[str, Any]) -> dict[str, int]:
    """Say in the place where cases are read how many second opinions wait for this pathologist."""
    user = context["user"]
    if not gives_opinions(user):
        return {"to_read": 0, "to_adjudicate": 0}
    opinions = SecondOpinion.objects.visible_to(user)
    return opinions.aggregate(
        to_read=Count("pk", filter=Q(colleague=user, state=OpinionState.ASKED)),
        to_adjudicate=Count("pk", filter=Q(case__owner=user, state=OpinionState.ANSWERED)),
    )
