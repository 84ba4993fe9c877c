"""A person, or the service account that an API client acts as."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.organisation import Organisation, OrganisationKind

if TYPE_CHECKING:
    from collections.abc import Iterable


class Role(models.TextChoices):
    """What a person is here for. One person, one role."""

    UPLOADER = "uploader", _("Uploader")
    PATHOLOGIST = "pathologist", _("Pathologist")
    ADMINISTRATOR = "administrator", _("Administrator")
    AUDITOR = "auditor", _("Auditor")
    STUDENT = "student", _("Student")
    SERVICE = "service", _("Service account")


LABORATORY_ROLES = frozenset({Role.PATHOLOGIST, Role.ADMINISTRATOR, Role.AUDITOR})
# Administrators work in the Django admin; what they reach there is narrowed by queryset, not by permission rows.
_ADMINISTRATOR_PERMISSIONS = frozenset(
    {
        "accounts.view_user",
        "accounts.change_user",
        "accounts.view_organisation",
        "accounts.add_organisation",
        "accounts.change_organisation",
        "accounts.view_apiclient",
        "accounts.add_apiclient",
        "accounts.change_apiclient",
        "accounts.view_invitation",
        "accounts.add_invitation",
        "accounts.change_invitation",
        "audit.view_auditevent",
        "cases.view_case",
        "cases.view_smearimage",
        "cases.view_cell",
        "classifier.view_modelversion",
        "classifier.view_analysis",
        "classifier.view_prediction",
        "classifier.view_workerheartbeat",
        "training.view_trainingrun",
        "training.add_trainingrun",
    }
)


class UserQuerySet(models.QuerySet["User"]):
    """People, narrowed to those a person may administer."""

    def administered_by(self, user: User) -> UserQuerySet:
        """People of the administrator's laboratory and of its clinics; everybody for the superuser."""
        if user.is_authenticated and user.is_active and user.is_superuser:
            return self
        return self.filter(organisation__in=Organisation.objects.administered_by(user), is_superuser=False)


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Creates people with a normalised e-mail address."""

    use_in_migrations = False

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a person; without a password the account cannot sign in with one."""
        if not email:
            raise ValueError("A person needs an e-mail address.")
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create somebody who administers the platform and belongs to no organisation."""
        fields.setdefault("full_name", email.partition("@")[0])
        fields.update(role=Role.ADMINISTRATOR, is_staff=True, is_superuser=True)
        return self.create_user(email, password, **fields)

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """Lower-case and trimmed: one address is one account."""
        return (email or "").strip().lower()

    def get_by_natural_key(self, username: str | None) -> User:
        """Find an account by its address, however it was typed."""
        return self.get(email=self.normalize_email(username))


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in with an e-mail address, works at one organisation and has one role."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    full_name = models.CharField(_("full name"), max_length=200)
    role = models.CharField(max_length=20, choices=Role.choices)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="people"
    )
    is_staff = models.BooleanField(_("may open the administration"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    # Empty: as the browser asks.
    language = models.CharField(_("language"), max_length=10, blank=True, default="")
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    objects = UserManager()

    # None in a session; the scopes of the token when an API token authenticated the request.
    token_scopes: frozenset[str] | None = None

    class Meta:
        ordering = ["full_name", "email"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_account_per_email_address"),
            models.CheckConstraint(
                condition=models.Q(is_superuser=True) | models.Q(organisation__isnull=False),
                name="everybody_but_a_superuser_has_an_organisation",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email

    @property
    def laboratory(self) -> Organisation | None:
        """The person's laboratory, or the one their clinic refers to; None for the platform's superuser."""
        return self.organisation.laboratory if self.organisation is not None else None

    def get_full_name(self) -> str:
        """The name as it is printed and recorded."""
        return self.full_name

    def get_short_name(self) -> str:
        """The name in the top bar."""
        return self.full_name.partition(" ")[0] or self.email

    def clean(self) -> None:
        """Roles that read, administer or audit belong to a laboratory."""
        super().clean()
        self.email = type(self).objects.normalize_email(self.email)
        if self.organisation is None:
            if not self.is_superuser:
                raise ValidationError({"organisation": _("Choose the organisation this person works at.")})
            return
        if self.role in LABORATORY_ROLES and self.organisation.kind != OrganisationKind.LABORATORY:
            raise ValidationError({"role": _("%(role)ss belong to a laboratory.") % {"role": Role(self.role).label}})

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Permissions of the Django admin come from the role, so that there is one place to change them."""
        if self.is_active and self.role == Role.ADMINISTRATOR and perm in _ADMINISTRATOR_PERMISSIONS:
            return True
        return super().has_perm(perm, obj)

    def has_perms(self, perm_list: Iterable[str], obj: Any = None) -> bool:
        """Whether every permission in `perm_list` is given."""
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        """Whether the admin's index shows the app `app_label`."""
        if self.is_active and self.role == Role.ADMINISTRATOR:
            return any(name.startswith(f"{app_label}.") for name in _ADMINISTRATOR_PERMISSIONS) or self.is_superuser
        return super().has_module_perms(app_label)
