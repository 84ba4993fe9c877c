"""What a role or a token may do, asked in one place."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from rest_framework.test import APIRequestFactory

from accounts.api_permissions import ScopeRequired
from accounts.permissions import has_scope, may_see_predictions, scopes_of
from accounts.scopes import SCOPES

pytestmark = pytest.mark.django_db

BY_ROLE = {
    "amina": {
        "cases:read",
        "cases:write",
        "images:write",
        "patients:write",
        "reports:read",
        "orders:read",
        "orders:write",
    },
    "pavel": {"cases:read", "predictions:read", "reports:read", "orders:read", "try:write"},
    "ines": {"cases:read", "predictions:read", "reports:read", "orders:read", "try:write"},
    "olga": {"cases:read", "predictions:read", "reports:read", "orders:read", "try:write"},
    "sami": {"try:write"},
}


@pytest.mark.parametrize(("who", "expected"), BY_ROLE.items())
def test_scopes_of_roles(request, who, expected):
    user = request.getfixturevalue(who)
    assert {scope for scope in SCOPES if has_scope(user, scope)} == expected


def test_a_closed_account_and_a_stranger_have_none(pavel):
    pavel.is_active = False
    assert scopes_of(pavel) == scopes_of(AnonymousUser()) == frozenset()


def test_with_a_token_only_its_scopes_count(amina):
    amina.token_scopes = frozenset({"cases:read"})
    assert has_scope(amina, "cases:read")
    assert not has_scope(amina, "cases:write")


@pytest.mark.parametrize(
    ("who", "before", "after"),
    [
        ("amina", False, True),
        ("pavel", True, True),
        ("ines", True, True),
        ("olga", True, True),
        ("root", True, True),
        ("sami", False, False),
    ],
)
def test_predictions_before_and_after_sign_out(request, who, before, after):
    user = request.getfixturevalue(who)
    assert may_see_predictions(user, signed=False) is before
    assert may_see_predictions(user, signed=True) is after


def test_a_setting_shows_them_to_uploaders_before_and_lets_them_try(amina, settings):
    assert not has_scope(amina, "try:write")
    settings.HIDE_AI_FROM_UPLOADERS = False
    assert has_scope(amina, "try:write")
    assert may_see_predictions(amina, signed=False)


@pytest.mark.parametrize(("scopes", "before"), [({"cases:read"}, False), ({"predictions:read"}, True)])
def test_tokens_need_the_scope_before(amina, settings, scopes, before):
    settings.HIDE_AI_FROM_UPLOADERS = False
    amina.token_scopes = frozenset(scopes)
    assert may_see_predictions(amina, signed=False) is before
    assert may_see_predictions(amina, signed=True)


class Door:
    required_scopes = {"GET": "cases:read", "POST": ("cases:write", "images:write")}
    allowed_roles = {"GET": {"uploader", "auditor"}, "POST": {"uploader"}}

    def get(self): ...

    head = post = delete = get


def passes(user, method):
    request = APIRequestFactory().generic(method, "/")
    request.user = user
    return ScopeRequired().has_permission(request, Door())


@pytest.mark.parametrize(
    ("who", "method", "expected"),
    [
        ("amina", "GET", True),
        ("amina", "HEAD", True),
        ("amina", "POST", True),
        ("amina", "DELETE", False),
        ("olga", "GET", True),
        ("olga", "POST", False),
        ("pavel", "GET", False),
    ],
)
def test_sessions_are_checked_by_role(request, who, method, expected):
    assert passes(request.getfixturevalue(who), method) is expected


def test_a_method_the_view_does_not_have_is_left_to_its_405(amina):
    assert passes(amina, "PATCH")


@pytest.mark.parametrize(
    ("scopes", "method", "expected"),
    [
        ({"cases:read"}, "GET", True),
        ({"cases:read"}, "POST", False),
        ({"cases:write"}, "POST", False),
        ({"cases:write", "images:write"}, "POST", True),
        ({"cases:write", "images:write"}, "GET", False),
        (set(SCOPES), "DELETE", False),
        (set(), "GET", False),
    ],
)
def test_tokens_are_checked_by_scope_whatever_the_role(amina, scopes, method, expected):
    amina.token_scopes = frozenset(scopes)
    assert passes(amina, method) is expected
