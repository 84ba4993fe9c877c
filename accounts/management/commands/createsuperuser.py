"""`manage.py createsuperuser`: Django's command, and an event in the audit trail that somebody was made."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.db import transaction

from accounts.models import User
from accounts.verification import person_digest
from audit.models import Action
from audit.services import record


class Command(createsuperuser.Command):
    """As Django's. An account that nobody is on record to have made is a finding of `verify_all`."""

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Make the account and say so in the audit trail."""
        before = set(User.objects.filter(is_superuser=True).values_list("pk", flat=True))
        super().handle(*args, **options)
        for user in User.objects.filter(is_superuser=True).exclude(pk__in=before):
            after = {"role": user.role, "is_superuser": True, "row": person_digest(user)}
            record(actor=None, action=Action.CREATE, target=user, after=after)
