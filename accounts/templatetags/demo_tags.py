"""The demo accounts on the sign-in page."""

from __future__ import annotations

from django import template

from accounts.demo_sign_in import DemoAccount, demo_accounts

register = template.Library()


@register.simple_tag
def demo_accounts_here() -> list[DemoAccount]:
    """The demo accounts of this installation; none where they are not routed."""
    return demo_accounts()
