"""Who has just opened an account is offered a second factor, and is not asked for the new password again to set it up."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from accounts.models import Role
from accounts.services import invite_user

pytestmark = pytest.mark.django_db

OFFER = "/accounts/second-factor/"
PASSWORD = "Stain-and-Count-77"


@pytest.fixture
def accept(client, ines, central):
    """`accept(role)` -> the page that an invited person sees after choosing name and password."""

    def accept_(role):
        _, token = invite_user(actor=ines, email="zoe@central.example", role=role, organisation=central)
        answers = {"full_name": "Zoe Central", "password1": PASSWORD, "password2": PASSWORD}
        return client.post(f"/accounts/invitation/{token}/", answers, follow=True)

    return accept_


def test_a_role_that_may_do_without_may_leave_it_for_later(accept):
    page = accept(Role.AUDITOR)
    assert page.redirect_chain == [(OFFER, 302)]
    body = page.content.decode()
    assert "Add a passkey" in body
    assert "Later" in body


def test_a_role_that_needs_one_is_told_so(accept, settings):
    settings.HEMATOVISION_REQUIRE_MFA = True
    page = accept(Role.PATHOLOGIST)
    assert page.redirect_chain == [(OFFER, 302)]
    body = page.content.decode()
    assert "Your role needs one" in body
    assert "Later" not in body


def test_the_app_is_set_up_without_the_password_once_more(accept, client, code_for):
    accept(Role.AUDITOR)
    form = client.get("/accounts/2fa/totp/activate/").context["form"]
    client.post("/accounts/2fa/totp/activate/", {"code": code_for(form.secret)})
    assert Authenticator.objects.filter(user__email="zoe@central.example", type="totp").exists()


def test_who_has_one_is_offered_none(client, pavel):
    TOTP.activate(pavel, generate_totp_secret())
    client.force_login(pavel)
    assert client.get(OFFER)["Location"] == "/"
