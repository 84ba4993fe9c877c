"""What came in or goes out over a connection, byte for byte, and every attempt to deliver it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.fields import EncryptedCharField
from integrations.models.connection import Connection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

_BODY_MAX = 64 * 1024 * 1024


class Direction(models.TextChoices):
    """Which way a message went."""

    IN = "in", _("In")
    OUT = "out", _("Out")


class MessageState(models.TextChoices):
    """What became of a message.

    In: received, then processed, held (a person is asked) or refused. Out: queued or held (a row of the mapping is missing,
    a person is asked), then sending, then acknowledged, refused (the receiver will not have it) or dead (nobody answered
    long enough). `handled`: a person told the receiver by other means. `superseded`: another message says it instead.
    """

    RECEIVED = "received", _("Received")
    PROCESSED = "processed", _("Processed")
    QUEUED = "queued", _("Waiting")
    SENDING = "sending", _("Being sent")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    HELD = "held", _("Held")
    REFUSED = "refused", _("Refused")
    DEAD = "dead", _("Given up")
    HANDLED = "handled", _("Handled by a person")
    SUPERSEDED = "superseded", _("Superseded")


WAITING_STATES = (MessageState.QUEUED, MessageState.SENDING)
"""The sender will take it by itself."""
STUCK_STATES = (MessageState.HELD, MessageState.REFUSED, MessageState.DEAD)
"""Nothing goes on before a person acts; of an outgoing message, the later ones of its case wait behind it."""
DELIVERED_STATES = (MessageState.ACKNOWLEDGED, MessageState.HANDLED)


class MessageQuerySet(models.QuerySet["Message"]):
    """Reads of messages."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return those over connections that `user` may see; for anyone else, none."""
        return self.filter(connection__in=Connection.objects.visible_to(user))

    def incoming(self) -> Self:
        """Return those that came in."""
        return self.filter(direction=Direction.IN)

    def outgoing(self) -> Self:
        """Return those that leave."""
        return self.filter(direction=Direction.OUT)

    def waiting(self) -> Self:
        """Return those that the sender will take by itself."""
        return self.filter(state__in=WAITING_STATES)

    def stuck(self) -> Self:
        """Return those that wait for a person: what we refused of another system waits for that system."""
        refused_here = models.Q(direction=Direction.IN) & ~models.Q(state=MessageState.HELD)
        return self.filter(~refused_here, state__in=STUCK_STATES)


class Message(models.Model):
    """One message. It is made once: every attempt sends the same bytes under the same control id.

    `position` is that of the event it tells of: messages of one case go in this order, one that replaces another in its
    place. The body is encrypted and goes after a period; its SHA-256 stays. `facts` says what a later message has to know of this one (JSON, encrypted: it has numbers of patients).
    `sentence` tells a person why it is held or was refused, and names nobody.
    """

    id = models.BigAutoField(primary_key=True)
    message_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="messages")
    direction = models.CharField(max_length=3, choices=Direction.choices)
    kind = models.CharField(max_length=40, blank=True, help_text="ORU^R01, OML^O33, report.signed.")  # not translated
    sender = models.CharField(
        max_length=400,
        blank=True,
        help_text="MSH-3 and MSH-4 of one that came in.",  # not translated
    )
    control_id = models.CharField(max_length=199, blank=True)
    position = models.BigIntegerField(
        default=0,
        editable=False,
        help_text="Of its event in the feed; 0 without one.",  # not translated
    )
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(help_text="Bytes.")  # not translated
    body = EncryptedCharField(max_length=_BODY_MAX, blank=True)
    facts = EncryptedCharField(max_length=_BODY_MAX, blank=True)
    answer = EncryptedCharField(
        max_length=_BODY_MAX,
        blank=True,
        help_text="The acknowledgement, as it was sent or came.",  # not translated
    )
    answer_code = models.CharField(max_length=8, blank=True)

    event = models.ForeignKey("integrations.FeedEvent", on_delete=models.PROTECT, null=True, related_name="+")
    order = models.ForeignKey("cases.Order", on_delete=models.PROTECT, null=True, related_name="messages")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, null=True, related_name="messages")
    patient = models.ForeignKey("cases.Patient", on_delete=models.PROTECT, null=True, related_name="messages")
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, null=True, related_name="messages")
    mapping_version = models.ForeignKey(
        "integrations.MappingVersion", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    replay_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replays")

    state = models.CharField(max_length=12, choices=MessageState.choices)
    sentence = models.CharField(max_length=500, blank=True)
    tries = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    next_try_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True, help_text="When it came to the state it ended in.")  # not translated
    body_removed_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["connection", "state", "position", "id"], name="message_by_state"),
            models.Index(fields=["connection", "sender", "control_id"], name="message_by_control_id"),
            models.Index(fields=["connection", "-created_at"], name="message_by_time"),
            models.Index(fields=["control_id"], name="message_of_a_control_id"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "control_id"],
                condition=Q(direction="out") & ~Q(control_id=""),
                name="outgoing_control_ids_are_unique",
            ),
            models.UniqueConstraint(
                fields=["connection", "event"],
                condition=Q(event__isnull=False, replay_of__isnull=True),
                name="an_event_is_sent_once_over_a_connection",
            ),
            models.CheckConstraint(condition=Q(direction__in=Direction.values), name="message_direction_is_known"),
            models.CheckConstraint(condition=Q(state__in=MessageState.values), name="message_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state__in=[MessageState.HELD, MessageState.REFUSED, MessageState.DEAD]) | ~Q(sentence=""),
                name="a_stuck_message_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.message_id}"

    @property
    def content(self) -> bytes:
        """The bytes of the message; empty once they were removed."""
        return str(self.body).encode("latin-1")

    @content.setter
    def content(self, content: bytes) -> None:
        self.body = content.decode("latin-1")

    @property
    def answer_content(self) -> bytes:
        """The bytes of the acknowledgement; empty where there is none."""
        return str(self.answer).encode("latin-1")

    @answer_content.setter
    def answer_content(self, content: bytes) -> None:
        self.answer = content.decode("latin-1")


class AttemptOutcome(models.TextChoices):
    """How an attempt ended."""

    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    REFUSED = "refused", _("Refused by the receiver")
    FAILED = "failed", _("The receiver had a fault")
    NO_CONNECTION = "no_connection", _("No connection")
    NO_ANSWER = "no_answer", _("No answer in time")
    WRONG_ANSWER = "wrong_answer", _("An answer that is none")
    INTERRUPTED = "interrupted", _("Interrupted on our side")


class Attempt(models.Model):
    """One time a message was sent, or could not be. Append-only. `detail` is our own sentence, never the receiver's text."""

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=14, choices=AttemptOutcome.choices)
    detail = models.CharField(max_length=300, blank=True)
    answer_code = models.CharField(max_length=8, blank=True, help_text="MSA-1, or the HTTP status.")  # not translated
    milliseconds = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["message", "number"]
        constraints = [
            models.UniqueConstraint(fields=["message", "number"], name="attempts_are_numbered"),
            models.CheckConstraint(condition=Q(outcome__in=AttemptOutcome.values), name="attempt_outcome_is_known"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.message_id}"
