"""The consent of one demo clinic, so that cells of its signed cases can be copied. For local use only."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import Organisation, Role, User
from education.models import TeachingConsent
from education.services.consents import record_consent


def seed_consents() -> int:
    """Record that the first demo clinic consents, where nothing was ever recorded of it; returns how many did."""
    administrator = User.objects.filter(role=Role.ADMINISTRATOR, organisation__slug="central-laboratory").first()
    clinic = Organisation.objects.filter(slug="riverside-clinic").first()
    if administrator is None or clinic is None or TeachingConsent.objects.filter(clinic=clinic).exists():
        return 0
    record_consent(actor=administrator, clinic=clinic, agreed_on=timezone.localdate())
    return 1
