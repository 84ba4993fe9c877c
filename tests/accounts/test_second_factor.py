"""Pathologists and administrators have a second factor where it is required."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail

from accounts.services import reset_second_factor
from audit.models import AuditEvent
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db

INDEX = "/accounts/2fa/"


@pytest.fixture
def required(settings):
    settings.HEMATOVISION_REQUIRE_MFA = True


@pytest.fixture
def with_app(pavel):
    """Pavel with an authenticator app; its secret."""
    secret = generate_totp_secret()
    TOTP.activate(pavel, secret)
    return secret


@pytest.fixture
def confirmed(client, sign_in, pavel):
    """Pavel signed in and asked again a moment ago, as changes to a second factor demand."""
    sign_in(pavel.email)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


@pytest.mark.parametrize("who", ["pavel", "ines", "root"])
def test_without_it_every_page_leads_to_setting_it_up(client, request, required, who):
    client.force_login(request.getfixturevalue(who))
    for path in ("/", "/admin/", "/oversight/audit/", "/accounts/profile/", "/accounts/no-such-page/"):
        response = client.get(path)
        assert (response.status_code, response["Location"]) == (302, INDEX), path


def test_the_api_says_so_in_its_own_form(client, required, pavel):
    client.force_login(pavel)
    response = client.get("/api/v1/cases/")
    assert response.status_code == 403
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["type"].endswith("second-factor-required")


@pytest.mark.parametrize("path", [INDEX, f"{INDEX}totp/activate/", f"{INDEX}webauthn/add/", "/accounts/logout/"])
def test_setting_up_and_leaving_stay_open(client, confirmed, required, pavel, path):
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("who", ["amina", "olga", "sami"])
def test_other_roles_go_on(client, request, required, who):
    client.force_login(request.getfixturevalue(who))
    assert client.get("/accounts/profile/").status_code == 200


def test_an_installation_may_demand_it_of_everybody(client, settings, required, amina):
    settings.HEMATOVISION_MFA_ROLES = {"uploader"}
    client.force_login(amina)
    assert client.get("/accounts/profile/")["Location"] == INDEX


def test_where_it_is_not_required_nobody_is_stopped(client, pavel):
    client.force_login(pavel)
    assert client.get("/accounts/profile/").status_code == 200


def test_changing_it_asks_again_who_is_there(client, sign_in, required, pavel):
    sign_in(pavel.email)
    response = client.get(f"{INDEX}totp/activate/", follow=True)
    assert "Confirm that it is you" in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_pathologist_sets_the_app_up_and_goes_on(client, confirmed, required, pavel, code_for):
    page = client.get(f"{INDEX}totp/activate/")
    secret = page.context["form"].secret
    response = client.post(f"{INDEX}totp/activate/", {"code": code_for(secret)})
    assert response.status_code == 302
    kinds = set(Authenticator.objects.filter(user=pavel).values_list("type", flat=True))
    assert kinds == {"totp", "recovery_codes"}
    assert client.get("/accounts/profile/").status_code == 200
    added = AuditEvent.objects.filter(action="mfa_change", actor_id=pavel.pk)
    assert {"added": "totp"} in [event.after for event in added]


def test_the_password_alone_no_longer_signs_in(client, sign_in, with_app, pavel):
    response = sign_in(pavel.email)
    assert response["Location"].startswith(f"{INDEX}authenticate/")
    assert "_auth_user_id" not in client.session
    assert not AuditEvent.objects.filter(action="sign_in").exists()


def test_a_wrong_code_is_refused_and_recorded(client, sign_in, with_app, pavel):
    sign_in(pavel.email)
    response = client.post(f"{INDEX}authenticate/", {"code": "000000"})
    assert response.status_code == 200
    assert "_auth_user_id" not in client.session
    event = AuditEvent.objects.filter(action="sign_in_failed").get()
    assert event.object_id == str(pavel.pk)
    assert "second factor" in event.reason


def test_codes_cannot_be_guessed_for_long(client, sign_in, with_app, pavel, code_for):
    sign_in(pavel.email)
    for _ in range(10):
        client.post(f"{INDEX}authenticate/", {"code": "000000"})
    client.post(f"{INDEX}authenticate/", {"code": code_for(with_app)})
    assert "_auth_user_id" not in client.session


def test_the_right_code_signs_in(client, sign_in, with_app, pavel, code_for):
    sign_in(pavel.email)
    client.post(f"{INDEX}authenticate/", {"code": code_for(with_app)})
    assert client.session["_auth_user_id"] == str(pavel.pk)


def test_a_code_works_once(client, sign_in, with_app, pavel, code_for):
    from django.test import Client

    sign_in(pavel.email)
    client.post(f"{INDEX}authenticate/", {"code": code_for(with_app)})
    assert "_auth_user_id" in client.session
    # Who looked over the shoulder types it in the same half minute.
    other = Client()
    other.post("/accounts/login/", {"login": pavel.email, "password": PASSWORD})
    other.post(f"{INDEX}authenticate/", {"code": code_for(with_app)})
    assert "_auth_user_id" not in other.session


def test_a_recovery_code_works_once(client, sign_in, pavel, with_app):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    code = RecoveryCodes.activate(pavel).get_unused_codes()[0]
    sign_in(pavel.email)
    client.post(f"{INDEX}authenticate/", {"code": code})
    assert "_auth_user_id" in client.session
    client.post("/accounts/logout/")
    sign_in(pavel.email)
    client.post(f"{INDEX}authenticate/", {"code": code})
    assert "_auth_user_id" not in client.session


def test_api_tokens_have_no_second_factor(client, required, token_for, riverside):
    token = token_for(riverside, "cases:read")
    response = client.get("/api/v1/cases/", headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 200


def test_an_administrator_lets_somebody_start_again(
    client, sign_in, ines, pavel, with_app, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        reset_second_factor(actor=ines, user=pavel, reason="Phone lost, identity checked in person.")
    assert not Authenticator.objects.filter(user=pavel).exists()
    assert [message.to for message in mail.outbox] == [[pavel.email]]
    event = AuditEvent.objects.filter(action="mfa_change").first()
    assert (event.actor_id, event.object_id) == (ines.pk, str(pavel.pk))
    assert event.before == {"second_factors": ["totp"]}
    sign_in(pavel.email)
    assert "_auth_user_id" in client.session


def test_an_unconfirmed_address_keeps_nobody_from_setting_it_up(client, confirmed, required, pavel, code_for):
    pavel.emailaddress_set.create(email="pavel.new@x.example", verified=False)
    page = client.get(f"{INDEX}totp/activate/")
    assert client.post(f"{INDEX}totp/activate/", {"code": code_for(page.context["form"].secret)}).status_code == 302
    assert client.get("/accounts/profile/").status_code == 200


def test_a_superuser_made_by_command_sets_it_up(client, sign_in, required, django_user_model, code_for):
    django_user_model.objects.create_superuser("boss@x.example", PASSWORD)
    sign_in("boss@x.example")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get(f"{INDEX}totp/activate/")
    assert client.post(f"{INDEX}totp/activate/", {"code": code_for(page.context["form"].secret)}).status_code == 302
    assert client.get("/admin/").status_code == 200
