"""A browser's long name for itself, in words people know."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

register = template.Library()

# In this order: many browsers also name those they descend from.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),  # not translated
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@register.filter
def browser(user_agent: str) -> str:
    """Return for example "Firefox on Windows"; the beginning of `user_agent` where nothing is recognised."""
    name = next((word for mark, word in _BROWSERS if mark in user_agent), "")
    system = next((word for mark, word in _SYSTEMS if mark in user_agent), "")
    if name and system:
        return _("%(name)s on %(system)s") % {"name": name, "system": system}
    return name or system or user_agent[:60] or _("Unknown browser")
