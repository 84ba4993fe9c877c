"""What the frame of the site shows of the guide."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context

from accounts.models import User
from guide.help_pages import page_for
from guide.homes import homes_of
from guide.selectors import first_steps as steps_of
from guide.services import finish_start

register = template.Library()


@register.inclusion_tag("guide/partials/first_steps.html", takes_context=True)
def first_steps(context: Context) -> dict[str, Any]:
    """The list of first steps, where the person begins and as long as something is to do.

    Shown once more when the last step is done, to say so; with that it is over.
    """
    request = context.get("request")
    user = getattr(request, "user", None)
    if request is None or not isinstance(user, User) or request.GET or request.path not in homes_of(user):
        return {"steps": []}
    steps = steps_of(user)
    done = sum(step.done for step in steps)
    if steps and done == len(steps):
        finish_start(actor=user)
    return {"steps": steps, "done": done, "all_done": done == len(steps), "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("guide/partials/help_here.html", takes_context=True)
def help_here(context: Context) -> dict[str, Any]:
    """The page of help for the address that is open, and the way to all of them."""
    request = context.get("request")
    if request is None:
        return {"page": None}
    return {"page": page_for(request.path, str(getattr(getattr(request, "user", None), "role", "")))}
