"""A signature under one version of a report (21 CFR 11.50, 11.70)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.models.report import Report


class SignatureMethod(models.TextChoices):
    """How the signer showed who they are, at the moment of signing."""

    PASSWORD = "password", _("Password")
    PASSWORD_AND_CODE = "password_and_code", _("Password and one-time code")
    PASSWORD_AND_RECOVERY_CODE = "password_and_recovery_code", _("Password and recovery code")
    PASSWORD_AND_KEY = "password_and_key", _("Password and security key")
    PASSKEY = "passkey", _("Passkey with user verification")


class Signature(models.Model):
    """Who signed, when and with what meaning; `digest` binds that to the report's digest, so it fits no other.

    Name and role are copies: a signed report keeps the name it was signed with, whatever becomes of the account.
    """

    report = models.OneToOneField(Report, on_delete=models.PROTECT, primary_key=True, related_name="signature")
    signer = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="signatures")
    signer_name = models.CharField(max_length=200)
    signer_role = models.CharField(max_length=40)
    meaning = models.CharField(max_length=120)
    signed_at = models.DateTimeField(db_index=True)
    method = models.CharField(max_length=32, choices=SignatureMethod.choices)
    session_first = models.BooleanField(
        default=True,
        help_text="Signed with every component; later signatures of the same session need the personal one alone.",  # not translated
    )
    digest = models.CharField("SHA-256 of the signature", max_length=64, unique=True)  # not translated

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(method__in=SignatureMethod.values), name="signature_method_is_known"),
            models.CheckConstraint(
                condition=~Q(signer_name="") & ~Q(meaning=""), name="a_signature_names_signer_and_meaning"
            ),
        ]

    def __str__(self) -> str:
        return f"Signature of report {self.report_id}"  # not translated
