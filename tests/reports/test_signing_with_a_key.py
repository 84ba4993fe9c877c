"""A passkey that verified its user is the whole person; a key that was only touched is one of two components."""

from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator

from reports.models import Report, Signature
from reports.services import reauthentication
from reports.views import sign as sign_views
from tests.people import PASSWORD
from tests.reports.conftest import complete_draft, needs_pango

pytestmark = [pytest.mark.django_db, needs_pango]


@pytest.fixture
def key(pavel, monkeypatch):
    """A key of pavel's whose answers the device itself would check; `key.verified` says whether it asked for a PIN."""
    row = Authenticator.objects.create(user=pavel, type=Authenticator.Type.WEBAUTHN, data={"name": "Key"})
    device = SimpleNamespace(row=row, verified=True, known=True)

    class Form:
        fields = {"credential": SimpleNamespace(to_python=lambda value: value)}

        def __init__(self, data, user):
            assert user == pavel
            self.cleaned_data = {"credential": row}

        def is_valid(self):
            return device.known

    def answer(_credential):
        flags = SimpleNamespace(is_user_verified=lambda: device.verified)
        return SimpleNamespace(response=SimpleNamespace(authenticator_data=flags))

    monkeypatch.setattr(reauthentication, "ReauthenticateWebAuthnForm", Form)
    monkeypatch.setattr(reauthentication.webauthn, "parse_authentication_response", answer)
    monkeypatch.setattr(sign_views, "key_challenge", lambda _user: {"publicKey": {}})
    return device


def sign(client, case, pavel, **given):
    complete_draft(case, pavel)
    client.force_login(pavel, backend="allauth.account.auth_backends.AuthenticationBackend")
    preview = client.get(f"/cases/{case.pk}/sign/preview/").context["prepared"].preview
    return client.post(f"/cases/{case.pk}/sign/preview/", {"preview": preview, "credential": "{}", **given})


def test_a_passkey_signs_alone(client, case, pavel, key):
    assert sign(client, case, pavel).status_code == 302
    assert Signature.objects.get().method == "passkey"
    key.row.refresh_from_db()
    assert key.row.last_used_at is not None


def test_a_touched_key_needs_the_password(client, case, pavel, key):
    key.verified = False
    assert sign(client, case, pavel).status_code == 403
    assert not Report.objects.exists()
    assert sign(client, case, pavel, password=PASSWORD).status_code == 302
    assert Signature.objects.get().method == "password_and_key"


def test_an_answer_of_another_key_signs_nothing(client, case, pavel, key):
    key.known = False
    assert sign(client, case, pavel, password=PASSWORD).status_code == 403
    assert not Report.objects.exists()
