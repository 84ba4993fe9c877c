"""The settings of a connection, by its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from hematovision.forms import DescribedForm
from integrations.kinds import NEEDED, SECRETS, SETTINGS
from integrations.models import Charset, Connection, ConnectionKind, EventType, Mapping

if TYPE_CHECKING:
    from accounts.models import User

_PEM = {"rows": 4, "spellcheck": "false", "autocomplete": "off", "class": "mono"}
_PLAIN = {"autocomplete": "off", "spellcheck": "false"}

GROUPS = (
    (_("Where"), ("host", "port", "address", "secret", "networks", "ack_timeout", "keeps_open")),
    (_("TLS"), ("uses_tls", "tls_authority", "tls_certificate", "tls_key")),
    (
        _("Names in the messages"),
        (
            *("our_application", "our_facility", "their_application", "their_facility", "filler_namespace"),
            *("charset", "is_test"),
        ),
    ),
    (
        _("What goes over it"),
        (
            *("mapping", "event_types", "clinics", "sends_preliminary", "addendum_is_final", "includes_pdf"),
            *("registers_from_adt", "answers_orders"),
        ),
    ),
)
"""How the form is divided; a kind has what `SETTINGS` says of these."""
_NARROW = frozenset({"host", "port", "ack_timeout", "charset", "filler_namespace", "mapping"}) | frozenset(
    {"our_application", "our_facility", "their_application", "their_facility"}
)


class _Lines(forms.CharField):
    """A list, one a line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        """Show a list as lines."""
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """Return the lines that say something."""
        return super().clean(value).split()


class _Unshown(forms.Textarea):
    """For a secret: what was typed is not written into a page, not even the one that says what is wrong beside it."""

    def format_value(self, value: Any) -> str:
        """Return nothing."""
        return ""


class KindForm(DescribedForm):
    """Which kind of connection is added."""

    kind = forms.ChoiceField(
        label=_("What goes over it"),
        choices=[(kind, ConnectionKind(kind).label) for kind in SETTINGS],
        widget=forms.RadioSelect,
    )


class ConnectionForm(DescribedForm):
    """A connection, new or changed: only the settings that its kind has. `seen` is the version that is changed."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("As people call the other system, for example: Hospital LIS, results."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    host = forms.CharField(
        label=_("Host"),
        max_length=253,
        required=False,
        widget=forms.TextInput(attrs=_PLAIN),
        help_text=_("Name or address of the receiver."),
    )
    port = forms.IntegerField(
        label=_("Port"),
        required=False,
        min_value=1,
        max_value=65535,
        help_text=_("Often 2575; with TLS 2576 or another of its own."),
    )
    address = forms.CharField(
        label=_("Address"),
        max_length=500,
        required=False,
        widget=forms.URLInput(attrs=_PLAIN),
        help_text=_(
            "The base of the receiver's FHIR server, beginning with https. Each report is put there as a Bundle."
        ),
    )
    secret = forms.CharField(
        label=_("Token"),
        max_length=200,
        required=False,
        widget=_Unshown(attrs={**_PEM, "rows": 1}),
        help_text=_(
            "Sent as a bearer token. It is stored encrypted and never shown; left empty, the stored one stays."
        ),
    )
    networks = _Lines(
        label=_("Allowed networks"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "class": "mono"}),
        help_text=_(
            "From where the other system connects, one network or address a line: 10.1.2.0/24. Nobody else is let in."
        ),
    )
    ack_timeout = forms.IntegerField(
        label=_("Seconds to wait for an answer"),
        min_value=1,
        max_value=120,
        initial=15,
        help_text=_("Then the message is sent again."),
    )
    keeps_open = forms.BooleanField(
        label=_("Keep the connection open between messages"),
        required=False,
        help_text=_("For receivers that want it. Otherwise each message has its own."),
    )
    uses_tls = forms.BooleanField(
        label=_("Encrypt with TLS"),
        required=False,
        initial=True,
        help_text=_("Without it names and results cross the network readable for everybody on it."),
    )
    tls_authority = forms.CharField(
        label=_("Certificate of the authority"),
        required=False,
        widget=forms.Textarea(attrs=_PEM),
        help_text=_(
            "In PEM: who vouches for the other side. Empty for the public authorities; of those that connect to us, for anybody."
        ),
    )
    tls_certificate = forms.CharField(
        label=_("Our certificate"),
        required=False,
        widget=forms.Textarea(attrs=_PEM),
        help_text=_("In PEM, with its chain."),
    )
    tls_key = forms.CharField(
        label=_("Key of our certificate"),
        required=False,
        widget=_Unshown(attrs=_PEM),
        help_text=_(
            "In PEM, without a password. It is stored encrypted and never shown; left empty, the stored one stays."
        ),
    )
    our_application = forms.CharField(
        label=_("Our application"),
        max_length=180,
        required=False,
        widget=forms.TextInput(attrs=_PLAIN),
        help_text=_("MSH-3 of what we send, MSH-5 of what comes. A name, or name&OID&ISO."),
    )
    our_facility = forms.CharField(
        label=_("Our facility"),
        max_length=180,
        required=False,
        widget=forms.TextInput(attrs=_PLAIN),
        help_text=_("MSH-4 of what we send, MSH-6 of what comes."),
    )
    their_application = forms.CharField(
        label=_("Their application"), max_length=180, required=False, widget=forms.TextInput(attrs=_PLAIN)
    )
    their_facility = forms.CharField(
        label=_("Their facility"), max_length=180, required=False, widget=forms.TextInput(attrs=_PLAIN)
    )
    filler_namespace = forms.CharField(
        label=_("Numbering of our accession numbers"),
        max_length=64,
        required=False,
        widget=forms.TextInput(attrs=_PLAIN),
        help_text=_("Second component of ORC-3 and OBR-3."),
    )
    charset = forms.ChoiceField(
        label=_("Character set"),
        choices=Charset.choices,
        initial=Charset.UTF_8,
        help_text=_("A message with a letter that it lacks is held, not sent with question marks."),
    )
    is_test = forms.BooleanField(
        label=_("The other side is a test system"),
        required=False,
        help_text=_("Messages are marked T instead of P, and only such are taken."),
    )
    mapping = forms.ModelChoiceField(
        label=_("Mapping"),
        queryset=Mapping.objects.none(),
        required=False,
        empty_label=_("None yet"),
        help_text=_("What the other system calls results, clinics and people."),
    )
    event_types = forms.MultipleChoiceField(
        label=_("Events"),
        choices=EventType.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What is told: that it happened, and the ids of what it happened to. None for everything."),
    )
    clinics = forms.ModelMultipleChoiceField(
        label=_("Clinics"),
        queryset=Organisation.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None for all of the laboratory."),
    )
    sends_preliminary = forms.BooleanField(
        label=_("Tell when a case is in work"),
        required=False,
        help_text=_("A message with status P and no result: nobody has verified one."),
    )
    addendum_is_final = forms.BooleanField(
        label=_("Send an addendum as final (F)"),
        required=False,
        help_text=_("Otherwise as corrected (C). Some receivers do not show a correction that changes no value."),
    )
    includes_pdf = forms.BooleanField(label=_("Put the PDF of the report inside"), required=False, initial=True)
    registers_from_adt = forms.BooleanField(
        label=_("Register unknown patients from updates (ADT^A08)"),
        required=False,
        help_text=_("Otherwise an update of somebody who is not here is acknowledged and left."),
    )
    answers_orders = forms.BooleanField(
        label=_("Answer orders with ORL or ORR"),
        required=False,
        help_text=_("For systems that want to know of each order what became of it."),
    )

    def __init__(self, *args: Any, user: User, kind: str, connection: Connection | None = None, **kwargs: Any) -> None:
        has = SETTINGS[kind]
        if connection is not None:
            said = {name: getattr(connection, name) for name in ("name", *has) if name not in {"clinics", *SECRETS}}
            kwargs["initial"] = {**said, "clinics": connection.clinics.all(), "seen": connection.version}
        elif kind == ConnectionKind.MLLP_OUT:
            kwargs["initial"] = _suggested(user)
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - {"name", "seen", *has}:
            del self.fields[name]
        for name in NEEDED[kind]:
            self.fields[name].is_needed_later = True  # type: ignore[attr-defined]
        if kind == ConnectionKind.WEBHOOK:
            self.fields["address"].help_text = _("Where messages are posted, beginning with https.")
        laboratory = user.organisation
        if "mapping" in self.fields:
            self.fields["mapping"].queryset = Mapping.objects.visible_to(user)  # type: ignore[attr-defined]
        clinics = Organisation.objects.filter(refers_to=laboratory).order_by("name")
        self.fields["clinics"].queryset = clinics  # type: ignore[attr-defined]

    @property
    def groups(self) -> list[dict[str, Any]]:
        """The fields as the page shows them: under headings, each with its width."""
        found = []
        for title, names in GROUPS:
            fields = [
                {"field": self[name], "width": "w6" if name in _NARROW else ""} for name in names if name in self.fields
            ]
            if fields:
                found.append({"title": title, "fields": fields})
        return found


def _suggested(user: User) -> dict[str, Any]:
    """What a new connection for results most likely is called and uses; whoever adds it may say otherwise."""
    mappings = list(Mapping.objects.visible_to(user)[:2])
    facility = user.organisation.slug.upper() if user.organisation else ""
    return {
        "our_application": "HEMATOVISION",
        "our_facility": facility,
        "filler_namespace": facility,
        "mapping": mappings[0] if len(mappings) == 1 else None,
    }


class StateForm(DescribedForm):
    """Why a connection is switched off or paused, and for how long; a step asks what it needs. `seen` is the version that was shown."""

    hours = forms.TypedChoiceField(
        label=_("For how long"),
        coerce=int,
        choices=[
            (1, _("1 hour")),
            (2, _("2 hours")),
            (4, _("4 hours")),
            (8, _("8 hours")),
            (24, _("1 day")),
            (72, _("3 days")),
            (168, _("7 days")),
            (336, _("14 days")),
        ],
        initial=1,
        help_text=_("Then it goes on by itself. It can be ended earlier, or prolonged."),
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Whoever misses a result reads this sentence. Name no patient in it."),
    )
    catches_up = forms.BooleanField(
        label=_("Send what happened while it was off"),
        required=False,
        initial=True,
        help_text=_("Without it, those reports never go over this connection."),
    )

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, asks: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - asks:
            del self.fields[name]
