"""A copy of the database makes no code of a second factor: secrets lie under the field keys."""

from __future__ import annotations

import importlib

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import call_command

from audit.models import AuditEvent
from hematovision.field_keys import UndecryptableValueError, decrypt_text

pytestmark = pytest.mark.django_db

MIGRATION = importlib.import_module("accounts.migrations.0007_second_factors_encrypted")


@pytest.fixture
def secret(pavel):
    """Pavel's authenticator app and recovery codes; the app's secret."""
    made = generate_totp_secret()
    TOTP.activate(pavel, made)
    RecoveryCodes.activate(pavel)
    return made


def stored(kind):
    return Authenticator.objects.get(type=kind)


def code_is_right(pavel, code):
    return TOTP(stored("totp")).validate_code(code)


def test_nothing_stored_makes_a_code(pavel, secret, code_for):
    assert secret not in str(stored("totp").data)
    assert decrypt_text(stored("totp").data["secret"]) == secret
    codes = RecoveryCodes(stored("recovery_codes"))
    assert decrypt_text(stored("recovery_codes").data["seed"]) not in str(stored("recovery_codes").data)
    assert codes.get_unused_codes()[0] not in str(stored("recovery_codes").data)
    assert code_is_right(pavel, code_for(secret))


def test_without_the_key_none_is_taken(pavel, secret, code_for, settings):
    settings.HEMATOVISION_FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(UndecryptableValueError):
        code_is_right(pavel, code_for(secret))


def test_they_move_to_a_new_key_with_the_rest(pavel, secret, code_for, settings):
    codes = RecoveryCodes(stored("recovery_codes")).get_unused_codes()
    new = Fernet.generate_key().decode()
    settings.HEMATOVISION_FIELD_KEYS = [new, *settings.HEMATOVISION_FIELD_KEYS]
    call_command("rotate_field_keys", verbosity=0)
    settings.HEMATOVISION_FIELD_KEYS = [new]
    assert code_is_right(pavel, code_for(secret))
    assert RecoveryCodes(stored("recovery_codes")).get_unused_codes() == codes
    assert AuditEvent.objects.get(action="configuration").after["second_factors"] == 2


def test_those_from_before_are_encrypted_by_the_update(pavel, secret, code_for):
    codes = RecoveryCodes(stored("recovery_codes")).get_unused_codes()
    MIGRATION.decrypt(apps, None)
    assert stored("totp").data["secret"] == secret
    MIGRATION.encrypt(apps, None)
    assert secret not in str(stored("totp").data)
    assert code_is_right(pavel, code_for(secret))
    assert RecoveryCodes(stored("recovery_codes")).get_unused_codes() == codes
