"""Emergency access to a case of another organisation."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

BREAK_GLASS_ROLES = frozenset({Role.PATHOLOGIST, Role.ADMINISTRATOR})
_CACHE = "_break_glass_grants"


class BreakGlassAccess(models.Model):
    """One person may read one case for a while, and said why. Rows are inserted and read, nothing else.

    `known` says which second identifier of the patient the person gave, never its value.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="break_glass_accesses")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="break_glass_accesses")
    reason = models.CharField(max_length=500)
    known = models.CharField(
        max_length=24,
        choices=[
            ("mrn", _("Record number")),
            ("birth_date", _("Birth date")),
            ("both", _("Record number and birth date")),
        ],
    )
    opened_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["-opened_at", "id"]
        verbose_name_plural = "break-glass accesses"
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="break_glass_access_says_why"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("opened_at")), name="break_glass_access_ends"),
        ]
        indexes = [
            models.Index(fields=["user", "expires_at"], name="break_glass_open_to_a_person"),
            models.Index(fields=["case", "-opened_at"], name="break_glass_of_a_case"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} until {self.expires_at:%Y-%m-%d %H:%M}"  # not translated

    @property
    def is_open(self) -> bool:
        """Whether it still lets the person in."""
        return self.expires_at > timezone.now()


def opened_cases(user: Any) -> list[UUID]:
    """Ids of the cases that `user` has broken the glass for and that are still open to them.

    Asked once per user object (a request has one), because every query of cases asks; the end of each access is
    viewed every time. An API token never has any.
    """
    if user.role not in BREAK_GLASS_ROLES or user.token_scopes is not None:
        return []
    grants: list[tuple[UUID, dt.datetime]] | None = user.__dict__.get(_CACHE)
    if grants is None:
        grants = list(
            BreakGlassAccess.objects.filter(user=user.pk, expires_at__gt=timezone.now())
            .order_by()
            .values_list("case_id", "expires_at")
        )
        user.__dict__[_CACHE] = grants
    now = timezone.now()
    return [case for case, until in grants if until > now]


def forget_opened_cases(user: Any) -> None:
    """Ask the database again at the next `opened_cases` of this object."""
    user.__dict__.pop(_CACHE, None)
