"""Another system that gets or sends messages, and how it is reached."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import OrganisationKind, Role
from cases.fields import EncryptedCharField
from integrations.models.keepers import laboratory_overseen_by

if TYPE_CHECKING:
    import datetime as dt

    from django.contrib.auth.models import AnonymousUser

    from accounts.models import Organisation, User

_ONE_WORD = RegexValidator(r"^[!-~]*\Z", _("Only letters, digits and signs of ASCII without blanks are allowed here."))
_PEM_MAX = 100_000


class ConnectionKind(models.TextChoices):
    """What goes over a connection, and who opens it."""

    MLLP_IN = "mllp_in", _("Orders and patients by HL7 (MLLP)")
    MLLP_OUT = "mllp_out", _("Results by HL7 (MLLP)")
    FHIR_PUSH = "fhir_push", _("Results by FHIR")
    WEBHOOK = "webhook", _("Webhook")


RESULT_KINDS = (ConnectionKind.MLLP_OUT, ConnectionKind.FHIR_PUSH)
"""Connections that carry reports: what they acknowledge is reconciled."""
OUTGOING_KINDS = (*RESULT_KINDS, ConnectionKind.WEBHOOK)


class ConnectionState(models.TextChoices):
    """Whether messages go over it. While it is paused they queue; while it is off none are made."""

    OFF = "off", _("Off")
    ON = "on", _("On")
    PAUSED = "paused", _("Paused")


class Charset(models.TextChoices):
    """The character set of messages (HL7 table 0211)."""

    ASCII = "ASCII", "ASCII"  # not translated
    LATIN_1 = "8859/1", "ISO 8859-1"  # not translated
    LATIN_2 = "8859/2", "ISO 8859-2"  # not translated
    CYRILLIC = "8859/5", "ISO 8859-5"  # not translated
    GREEK = "8859/7", "ISO 8859-7"  # not translated
    LATIN_5 = "8859/9", "ISO 8859-9"  # not translated
    LATIN_9 = "8859/15", "ISO 8859-15"  # not translated
    UTF_8 = "UNICODE UTF-8", "UTF-8"  # not translated


class ConnectionQuerySet(models.QuerySet["Connection"]):
    """Reads of connections."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return those of the laboratory whose administrator or auditor `user` is; for anyone else, none."""
        place = laboratory_overseen_by(user)
        return self.none() if place is None else self.filter(laboratory=place)

    def reconciled_by(self, user: User | AnonymousUser) -> Self:
        """Return those that carry results and whose receiver `user` may compare with: also an API client of the laboratory."""
        found = self.carrying_results()
        if not user.is_authenticated or user.role != Role.SERVICE:
            return found.visible_to(user)
        place = user.organisation
        if not user.is_active or place is None or place.kind != OrganisationKind.LABORATORY:
            return found.none()
        return found.filter(laboratory=place)

    def in_use(self) -> Self:
        """Return those that are on or paused: what happens is queued for them."""
        return self.exclude(state=ConnectionState.OFF)

    def outgoing(self) -> Self:
        """Return those over which messages leave."""
        return self.filter(kind__in=OUTGOING_KINDS)

    def carrying_results(self) -> Self:
        """Return those over which reports leave."""
        return self.filter(kind__in=RESULT_KINDS)


class Connection(models.Model):
    """One way to or from one system of a laboratory.

    `saved_by` changed its settings last and cannot switch it on: that takes a second administrator. `queued_to` is the
    position of the feed up to which messages were made for it, `queued_from` the one after which that began. A lease keeps
    a second worker from sending beside the first. `failures` counts attempts in a row that got no answer, from `failing_since` on.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    laboratory = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="connections")
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=ConnectionKind.choices)
    state = models.CharField(max_length=8, choices=ConnectionState.choices, default=ConnectionState.OFF, editable=False)
    paused_until = models.DateTimeField(null=True, blank=True, editable=False)
    state_reason = models.CharField(
        max_length=300,
        blank=True,
        editable=False,
        help_text="Why it is paused or off.",  # not translated
    )

    host = models.CharField(_("host"), max_length=253, blank=True, validators=[_ONE_WORD])
    port = models.PositiveIntegerField(
        _("port"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(65535)]
    )
    address = models.URLField(_("address"), max_length=500, blank=True, help_text=_("Where a webhook or FHIR goes."))
    networks = models.JSONField(
        _("allowed networks"), default=list, blank=True, help_text=_("Who may connect, one network a line.")
    )
    uses_tls = models.BooleanField(_("TLS"), default=True)
    tls_authority = models.TextField(
        _("certificate of the authority"),
        blank=True,
        max_length=_PEM_MAX,
        help_text=_("PEM; empty for the public ones."),
    )
    tls_certificate = models.TextField(_("our certificate"), blank=True, max_length=_PEM_MAX, help_text=_("PEM."))
    tls_key = EncryptedCharField(_("key of our certificate"), blank=True, max_length=_PEM_MAX)
    ack_timeout = models.PositiveSmallIntegerField(
        _("seconds to wait for an answer"), default=15, validators=[MinValueValidator(1), MaxValueValidator(120)]
    )
    keeps_open = models.BooleanField(_("keep the connection open between messages"), default=False)

    our_application = models.CharField(_("our application"), max_length=180, blank=True, validators=[_ONE_WORD])
    our_facility = models.CharField(_("our facility"), max_length=180, blank=True, validators=[_ONE_WORD])
    their_application = models.CharField(_("their application"), max_length=180, blank=True, validators=[_ONE_WORD])
    their_facility = models.CharField(_("their facility"), max_length=180, blank=True, validators=[_ONE_WORD])
    filler_namespace = models.CharField(
        _("numbering of our accession numbers"), max_length=64, blank=True, validators=[_ONE_WORD]
    )
    is_test = models.BooleanField(_("test system"), default=False, help_text=_("Messages are marked T instead of P."))
    charset = models.CharField(_("character set"), max_length=20, choices=Charset.choices, default=Charset.UTF_8)

    clinics = models.ManyToManyField(
        "accounts.Organisation", blank=True, related_name="+", help_text=_("None for all of the laboratory.")
    )
    mapping = models.ForeignKey(
        "integrations.Mapping", on_delete=models.PROTECT, null=True, blank=True, related_name="connections"
    )
    sends_preliminary = models.BooleanField(_("tell when a case is in work"), default=False)
    addendum_is_final = models.BooleanField(
        _("send an addendum as F"), default=False, help_text=_("Otherwise as C, like a correction.")
    )
    includes_pdf = models.BooleanField(_("put the PDF inside"), default=True)
    registers_from_adt = models.BooleanField(_("register unknown patients from updates (ADT^A08)"), default=False)
    answers_orders = models.BooleanField(_("answer orders with ORL or ORR"), default=False)
    event_types = models.JSONField(
        _("types of events"), default=list, blank=True, help_text=_("Of a webhook; none for all.")
    )
    secret = EncryptedCharField(_("secret"), blank=True, max_length=200, editable=False)
    former_secret = EncryptedCharField(_("former secret"), blank=True, max_length=200, editable=False)
    service_user = models.OneToOneField(
        "accounts.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="connection",
        help_text="Whom what comes in is written by.",  # not translated
    )

    version = models.PositiveIntegerField(default=1, editable=False)
    saved_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", editable=False)
    saved_at = models.DateTimeField(default=timezone.now, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    began_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="When it was first switched on: what was signed since then is owed over it.",  # not translated
    )
    queued_to = models.BigIntegerField(default=0, editable=False)
    queued_from = models.BigIntegerField(default=0, editable=False)
    lease_holder = models.CharField(max_length=80, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    retry_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="Not before this is the next attempt made.",  # not translated
    )
    failures = models.PositiveIntegerField(default=0, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["laboratory", "name"],
                name="connection_names_are_unique_within_a_laboratory",
                violation_error_message=_("The laboratory already has a connection of this name."),
            ),
            models.CheckConstraint(condition=Q(kind__in=ConnectionKind.values), name="connection_kind_is_known"),
            models.CheckConstraint(condition=Q(state__in=ConnectionState.values), name="connection_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state=ConnectionState.PAUSED) | ~Q(state_reason="") & Q(paused_until__isnull=False),
                name="a_pause_has_a_reason_and_an_end",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def label_of(cls, name: str) -> str:
        """Return what a setting is called."""
        related = {"mapping": _("Mapping"), "clinics": _("Clinics")}
        return str(related[name] if name in related else getattr(cls._meta.get_field(name), "verbose_name", name))

    @property
    def is_outgoing(self) -> bool:
        """Whether messages leave over it."""
        return self.kind in OUTGOING_KINDS

    @property
    def carries_results(self) -> bool:
        """Whether reports leave over it."""
        return self.kind in RESULT_KINDS

    def sends_at(self, now: dt.datetime) -> bool:
        """Whether messages leave now: it is on, or its pause has ended."""
        if self.state == ConnectionState.PAUSED:
            return self.paused_until is not None and self.paused_until <= now
        return self.state == ConnectionState.ON

    def concerns(self, clinic: Organisation) -> bool:
        """Whether what happens at a clinic goes over it."""
        chosen = {place.pk for place in self.clinics.all()}
        return not chosen or clinic.pk in chosen
