"""Secrets of authenticator apps and seeds of recovery codes, which lay in the clear, are encrypted under the field keys."""

from django.db import migrations

from hematovision.field_keys import decrypt_text, encrypt_text

SECRETS = ("secret", "seed")


def encrypt(apps, schema_editor):
    _rewrite(apps, encrypt_text)


def decrypt(apps, schema_editor):
    _rewrite(apps, decrypt_text)


def _rewrite(apps, change):
    for row in apps.get_model("mfa", "Authenticator").objects.filter(type__in=["totp", "recovery_codes"]):
        row.data |= {name: change(row.data[name]) for name in SECRETS if name in row.data}
        row.save(update_fields=["data"])


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0006_forgotten_passwords"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(encrypt, decrypt)]
