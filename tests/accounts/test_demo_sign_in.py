"""One click signs in to a demo account on one's own machine; nowhere else is there such an address."""

from __future__ import annotations

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.checks import run_checks
from django.test import Client

from accounts.demo import seed_people
from accounts.models import Role, User
from tests.people import clinic, person

pytestmark = pytest.mark.django_db

ADDRESS = "/accounts/demo/"
SIGN_IN = "/accounts/login/"
PATHOLOGIST = "pathologist@central-laboratory.example"


@pytest.fixture
def people():
    return {person.email: person for person in seed_people()}


@pytest.fixture
def own_machine(settings, people):
    """The routes of `make run`, with its demo people."""
    settings.ROOT_URLCONF = "hematovision.local_urls"
    return people


def refusals():
    return [found.id for found in run_checks(include_deployment_checks=True) if found.id == "accounts.E001"]


def test_every_role_has_a_button(client, own_machine):
    page = client.get(SIGN_IN).content.decode()
    for role in ("Uploader", "Pathologist", "Administrator", "Auditor", "Student"):
        assert f'<span class="strong">{role}</span>' in page, role
    assert page.index('name="login"') < page.index('name="account"')
    # And one who begins today, beside the other uploader.
    assert page.count('name="account"') == 6
    assert page.index("Riverside Uploader") < page.index("New Uploader") < page.index("Central Pathologist")


def test_a_click_signs_in(client, own_machine):
    response = client.post(ADDRESS, {"account": PATHOLOGIST})
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(own_machine[PATHOLOGIST].pk)


@pytest.mark.parametrize(("asked", "led_to"), [("/learn/progress/", "/learn/progress/"), ("//evil.example/", "/")])
def test_a_click_leads_to_the_page_that_was_asked_for_and_to_no_other_site(client, own_machine, asked, led_to):
    form = client.get(SIGN_IN, {"next": asked}).text.partition('action="/accounts/demo/"')[2].partition("</form>")[0]
    assert f'name="next" value="{asked}"' in form
    assert client.post(ADDRESS, {"account": PATHOLOGIST, "next": asked})["Location"] == led_to


def test_an_account_that_is_gone_has_no_button(client, own_machine):
    User.objects.exclude(email=PATHOLOGIST).update(is_active=False)
    page = client.get(SIGN_IN).content.decode()
    assert page.count('name="account"') == 1


@pytest.mark.parametrize("account", ["amina@lakeside-clinic.example", "", "\x00"])
def test_no_other_account_is_opened(client, own_machine, account):
    person("Amina", Role.UPLOADER, clinic("lakeside-clinic", own_machine[PATHOLOGIST].organisation))
    assert client.post(ADDRESS, {"account": account}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_a_changed_password_keeps_others_out(client, own_machine):
    own_machine[PATHOLOGIST].set_password("Changed-by-hand-41")
    own_machine[PATHOLOGIST].save()
    answer = client.post(ADDRESS, {"account": PATHOLOGIST}, follow=True)
    assert "a password of its own" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_second_factor_is_asked_for(client, own_machine):
    TOTP.activate(own_machine[PATHOLOGIST], generate_totp_secret())
    assert client.post(ADDRESS, {"account": PATHOLOGIST})["Location"].startswith("/accounts/2fa/authenticate/")
    assert "_auth_user_id" not in client.session


def test_another_site_cannot_click(own_machine):
    assert Client(enforce_csrf_checks=True).post(ADDRESS, {"account": PATHOLOGIST}).status_code == 403


def test_a_link_does_not_sign_in(client, own_machine):
    assert client.get(ADDRESS).status_code == 405


def test_elsewhere_there_is_no_such_address(client, people):
    assert client.post(ADDRESS, {"account": PATHOLOGIST}).status_code == 404
    assert 'name="account"' not in client.get(SIGN_IN).content.decode()


def test_the_check_of_an_installation_refuses_it(settings):
    settings.DEMO_ACCOUNTS = False
    assert refusals() == []
    settings.ROOT_URLCONF = "hematovision.local_urls"
    assert refusals() == ["accounts.E001"]
