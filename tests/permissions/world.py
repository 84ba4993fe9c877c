"""Two laboratories with their clinics, everybody who could call, and cases of one clinic in three states."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.idp.oidc.models import Token
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.utils import timezone

from accounts.models import ApiClient, Organisation, Role, User
from accounts.scopes import PREDICTIONS_READ, SCOPES
from accounts.services import create_api_client, invite_user
from audit.models import AuditEvent
from cases.models import Order, PurgeRun, Upload
from cases.services.rejections import reject_specimen
from cases.states import CaseState, OrderState
from classifier.models import WorkerHeartbeat
from consult.models import OpinionCell, SecondOpinion
from inbox.models import Delivery
from integrations.models import ConnectionKind, ConnectionState, MessageState
from microscopes.models import Microscope
from notices.models import Notification, PushEndpoint
from offline.services.device_keys import make_device_key
from reports.models import ReportKind, ReportTemplate
from review.services.leases import claim
from tests.factories.connections import a_connection, a_mapping
from tests.factories.messages import a_message
from tests.factories.orders import waiting_order
from tests.factories.reports import next_version, signed_report
from tests.factories.specimens import NOON, Specimen, model_version, specimen
from tests.people import PASSWORD, clinic, laboratory, person
from tests.permissions.taught import taught
from tests.permissions.tried import tried_picture
from training_runs.models import TrainingRun


@dataclass
class World:
    """Everybody and everything of the matrix, by the names its columns and rows use."""

    people: dict[str, User | None]
    tokens: dict[str, str]
    sessions: dict[str, str]
    specimens: dict[str, Specimen]
    objects: dict[str, Any]

    def client(self, who: str) -> Client:
        """Return a fresh browser or API client of `who`, signed in."""
        if who in self.tokens:
            return Client(headers={"Authorization": f"Bearer {self.tokens[who]}"}, raise_request_exception=False)
        client = Client(raise_request_exception=False)
        if who in self.sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[who]
        return client


def token(organisation: Organisation, *scopes: str) -> str:
    """Make an API client of `organisation` and return a bearer token with `scopes`."""
    made = create_api_client(actor=None, name=f"LIS {secrets.token_hex(4)}", organisation=organisation, scopes=scopes)
    value = secrets.token_urlsafe(32)
    row = Token(
        type=Token.Type.ACCESS_TOKEN,
        client=made.api_client.client,
        expires_at=timezone.now() + timedelta(hours=1),
    )
    row.set_value(value)
    row.set_scopes(list(scopes))
    row.save()
    return value


def heartbeat() -> WorkerHeartbeat:
    """Return the last word of a worker that is silent since."""
    return WorkerHeartbeat.objects.create(worker="w1", queue="inference", started_at=NOON, seen_at=NOON)


def opinion(made: Specimen, *, asked_by: User, colleague: User, **columns: Any) -> SecondOpinion:
    """Return an open second opinion on all cells of a case."""
    asked = SecondOpinion.objects.create(
        case=made.case,
        asked_by=asked_by,
        colleague=colleague,
        scope="all",
        asked_at=NOON,
        **{"blind": False, **columns},
    )
    for position, cell in enumerate(made.cells, start=1):
        OpinionCell.objects.create(opinion=asked, cell=cell, position=position)
    return asked


def build() -> World:
    """Create everything; call it inside a transaction that is rolled back."""
    central, northern = laboratory("central-laboratory"), laboratory("northern-laboratory")
    riverside, hilltop = clinic("riverside-clinic", central), clinic("hilltop-clinic", central)
    lakeside = clinic("lakeside-clinic", northern)
    root = User.objects.create_superuser("root@platform.example", PASSWORD, full_name="Root Platform")
    people: dict[str, User | None] = {
        "nobody": None,
        "amina": person("Amina", Role.UPLOADER, riverside),
        "bora": person("Bora", Role.UPLOADER, hilltop),
        "lars": person("Lars", Role.UPLOADER, lakeside),
        "pavel": person("Pavel", Role.PATHOLOGIST, central),
        "nadia": person("Nadia", Role.PATHOLOGIST, northern),
        "ines": person("Ines", Role.ADMINISTRATOR, central),
        "petra": person("Petra", Role.ADMINISTRATOR, northern),
        "olga": person("Olga", Role.AUDITOR, central),
        "timo": person("Timo", Role.AUDITOR, northern),
        "sami": person("Sami", Role.STUDENT, central),
        "root": root,
    }
    tokens = {
        "t_read": token(riverside, "cases:read"),
        "t_write": token(riverside, "cases:write", "images:write", "patients:write"),
        "t_all": token(riverside, *SCOPES),
        "t_report": token(riverside, "reports:read"),
        "t_hill": token(hilltop, "cases:read", "cases:write", "images:write", "patients:write", "predictions:read"),
        "t_lab": token(central, "cases:read", "predictions:read"),
        "t_north": token(northern, "cases:read", "predictions:read"),
        "t_acting": token(central, *set(SCOPES) - {PREDICTIONS_READ}),
        "t_acts_north": token(northern, *set(SCOPES) - {PREDICTIONS_READ}),
    }
    version = model_version()
    amina = people["amina"]
    specimens = {
        "draft": specimen(by=amina, state=CaseState.DRAFT, number=7101, version=None),
        "ready": specimen(by=amina, state=CaseState.READY, number=7102, version=version),
        "signed": specimen(by=amina, state=CaseState.SIGNED, number=7103, version=version, owner=people["pavel"]),
        "in_review": specimen(by=amina, state=CaseState.IN_REVIEW, number=7105, version=version, owner=people["pavel"]),
        "rejected": specimen(by=amina, state=CaseState.READY, number=7106, version=version),
        "far": specimen(by=people["lars"], state=CaseState.READY, number=7104, version=version),
    }
    signed_report(specimens["signed"].case, people["pavel"])
    claim(actor=people["pavel"], case=specimens["in_review"].case)
    reject_specimen(actor=people["ines"], case=specimens["rejected"].case, reasons=["clotted"])
    reviewed_order = waiting_order(amina, "REVIEWED", patient=specimens["in_review"].patient)
    Order.objects.filter(pk=reviewed_order.pk).update(state=OrderState.IN_PROGRESS, case=specimens["in_review"].case)
    colleague = person("Vera", Role.PATHOLOGIST, central)
    sessions = {who: session(user) for who, user in people.items() if user is not None}
    training = TrainingRun.objects.create(version="1", sources=[], reason="the matrix needs one", queued_at=NOON)
    invitation, invitation_token = invite_user(
        actor=None, email="new@riverside-clinic.example", role=Role.UPLOADER, organisation=riverside
    )
    far_invitation, _ = invite_user(
        actor=None, email="new@lakeside-clinic.example", role=Role.UPLOADER, organisation=lakeside
    )
    objects = {
        "upload": Upload.objects.create(case=specimens["draft"].case, by=amina, length=10),
        "delivery": Delivery.objects.get(case=specimens["signed"].case),
        "browser": PushEndpoint.objects.create(
            user=people["amina"],
            address="https://fcm.googleapis.com/fcm/send/a",
            digest="a" * 64,
            public_key="p",
            secret="s",
        ),
        "device": make_device_key(actor=people["amina"], browser="A phone"),
        "notification": Notification.objects.get(user=people["amina"], kind="report"),
        "invitation": invitation,
        "far_invitation": far_invitation,
        "invitation_token": (invitation_token,),
        "help_page": ("send-a-smear",),
        "no_help_page": ("no-such-page",),
        "no_token": ("no-such-token",),
        "reset_key": ("abc", "def-0123"),
        "email_key": ("nothing",),
        "key_number": (1,),
        "accounts": ("accounts",),
        "picture": (version.pk, "confusion.png"),
        "on_site": (ContentType.objects.get_for_model(User).pk, people["amina"].pk),
        "worker": heartbeat(),
        "training": training,
        "training_picture": (training.pk, "confusion.png"),
        "model": version,
        "person": people["amina"],
        "stranger": people["lars"],
        "clinic": riverside,
        "elsewhere": lakeside,
        "lis": ApiClient.objects.filter(organisation=riverside).first(),
        "far_lis": ApiClient.objects.filter(organisation=northern).first(),
        "ready_cell": (specimens["ready"].case.pk, specimens["ready"].cells[0].pk),
        "strange_cell": (specimens["ready"].case.pk, specimens["far"].cells[0].pk),
        "csv": ("csv",),
        "jsonl": ("jsonl",),
        "checkpoint": (999_999,),
        "colleague": colleague,
        "opinion": opinion(specimens["ready"], asked_by=colleague, colleague=people["pavel"]),
        "answered": opinion(
            specimens["signed"], asked_by=people["pavel"], colleague=colleague, state="answered", answered_at=NOON
        ),
        "report": next_version(specimens["signed"].case, people["pavel"], kind=ReportKind.CORRECTED, images=False),
        "microscope": Microscope.objects.create(organisation=riverside, name="By the window"),
        "far_microscope": Microscope.objects.create(organisation=lakeside, name="Lakeside One"),
        "order": waiting_order(amina, "WAITING", patient=specimens["ready"].patient),
        "reviewed_order": reviewed_order,
        "far_order": waiting_order(people["lars"], "WAITING", patient=specimens["far"].patient),
        "text": ReportTemplate.objects.create(laboratory=central, part="comment", title="A text", text="Words."),
        "purge_run": PurgeRun.objects.create(),
        "fhir_version": (specimens["signed"].case.pk, 1),
        "fhir_result": (f"{specimens['signed'].case.pk}.panel",),
        "fhir_result_version": (f"{specimens['signed'].case.pk}.panel", 1),
        "fhir_image": specimens["signed"].image,
        "fhir_signer": people["pavel"],
        "connection": a_connection(central, people["ines"]),
        "audit_event": AuditEvent.objects.filter(laboratory_id=central.pk).order_by("id").first(),
        "event": AuditEvent.objects.order_by("id").first(),
    }
    objects |= lines(central, people["ines"])
    objects |= taught(central, northern, people["sami"], people["pavel"])
    objects |= tried_picture(people["sami"], version)
    return World(people, tokens, sessions, specimens, objects)


def lines(laboratory_: Organisation, saved_by: User) -> dict[str, Any]:
    """Return connections of every state, a mapping and messages that wait for a person."""
    on = a_connection(laboratory_, saved_by, name="On")
    off = a_connection(laboratory_, saved_by, name="Off", state=ConnectionState.OFF)
    orders = a_connection(laboratory_, saved_by, ConnectionKind.MLLP_IN, name="Orders")
    paused = a_connection(
        laboratory_, saved_by, name="Paused", state=ConnectionState.PAUSED, state_reason="Update", paused_until=NOON
    )
    mapping = a_mapping(laboratory_, saved_by, name="Matrix")
    return {
        "line_on": on,
        "line_off": off,
        "line_paused": paused,
        "line_in": orders,
        "line_webhook": a_connection(laboratory_, saved_by, ConnectionKind.WEBHOOK, name="Webhook"),
        "mapping": mapping,
        "mapping_table": (mapping.pk, "results"),
        "mapping_file": (mapping.pk, 1, "results"),
        "dead": a_message(on, control_id="dead", state=MessageState.DEAD).message_id,
        "held": a_message(orders, control_id="held", state=MessageState.HELD).message_id,
    }


def session(user: User) -> str:
    """Sign `user` in and return the key of the session."""
    browser = Client()
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    key: str = browser.session.session_key
    return key
