"""The pages of help: one a task, whom it is for, and beside which pages of the product it is offered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts.models import Role

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

_U, _P, _A, _O, _S = Role.UPLOADER, Role.PATHOLOGIST, Role.ADMINISTRATOR, Role.AUDITOR, Role.STUDENT
_EVERYBODY = (_U, _P, _A, _O, _S)


@dataclass(frozen=True, slots=True, eq=False)
class HelpPage:
    """One task. `roles` read it first; `places` are the beginnings of addresses beside which it is offered.

    The text is `templates/guide/pages/SLUG.html`, the picture, where `alt` says what it shows, `static/guide/SLUG.webp`.
    """

    slug: str
    title: StrPromise
    summary: StrPromise
    roles: tuple[str, ...]
    places: tuple[str, ...] = ()
    opens: str = ""
    alt: StrPromise | str = ""

    @property
    def template(self) -> str:
        """Where the text of the page is."""
        return f"guide/pages/{self.slug}.html"

    @property
    def picture(self) -> str:
        """Where the picture of the page is among the static files."""
        return f"guide/{self.slug}.webp"


# In the order in which a case passes them; a person's own come first.
PAGES: tuple[HelpPage, ...] = (
    HelpPage(
        "send-a-smear",
        _("Send a smear"),
        _("From the slide to the laboratory in three steps."),
        (_U,),
        ("/cases/", "/"),
        "/cases/new/",
        _("The page of a new case: the patient's record number, the scan button, and the specimen below"),
    ),
    HelpPage(
        "photograph-a-field",
        _("Photograph a field"),
        _("With a phone on the eyepiece, or with the camera of the microscope."),
        (_U,),
        ("/images/", "/microscopes/"),
        alt=_("The fields of a draft, each with its verdict, and the buttons that add more"),
    ),
    HelpPage(
        "work-on-a-bad-line",
        _("Work on a bad line"),
        _("Nothing is lost when the connection is slow, breaks or is not there."),
        (_U,),
        ("/offline/",),
    ),
    HelpPage(
        "acknowledge-a-result",
        _("Acknowledge a critical result"),
        _("Read a signed report, read back what is critical, and who is told if nobody does."),
        (_U,),
        ("/inbox/",),
        "/inbox/",
        _("A report in the inbox: its values and its interpretation"),
    ),
    HelpPage(
        "work-with-orders",
        _("Work with orders and patients"),
        _("Place an order, use it for a case, correct a patient, send another specimen."),
        (_U, _A),
        ("/orders/", "/patients/"),
        "/orders/",
        _("The list of orders that wait for their specimen"),
    ),
    HelpPage(
        "review-by-keyboard",
        _("Review a case by keyboard"),
        _("Two hundred cells with about as many keys, unidentified ones first."),
        (_P,),
        ("/review/", "/cases/", "/"),
        "/review/",
        _("The review: the field on the left, the cells by class on the right, the differential below"),
    ),
    HelpPage(
        "sign-and-correct",
        _("Sign and correct a report"),
        _("From the checks to the seal, and what to do when something was wrong."),
        (_P,),
        ("/reports/", "/verify/"),
        alt=_("The signed report of a case, verified just now"),
    ),
    HelpPage(
        "ask-a-colleague",
        _("Ask for a second opinion"),
        _("Let a colleague label cells, blinded or open, and decide where you differ."),
        (_P,),
        ("/opinions/",),
        "/opinions/",
        _("The second opinions: those that wait for you, those that wait for others, and those that are over"),
    ),
    HelpPage(
        "set-up-a-laboratory",
        _("Set up a laboratory"),
        _("Clinics, accession numbers, critical limits, microscopes."),
        (_A,),
        ("/inbox/critical-limits/", "/"),
        alt=_("The critical limits of a laboratory, which its administrator changes"),
    ),
    HelpPage(
        "invite-somebody",
        _("Invite somebody"),
        _("Accounts come by invitation: how to give one, send it again, and close an account."),
        (_A,),
        ("/admin/",),
        "/admin/accounts/invitation/",
        _("The form that invites somebody: address, role and organisation"),
    ),
    HelpPage(
        "connect-a-lis",
        _("Connect a LIS"),
        _("Orders in, results out: HL7, FHIR, webhooks and the REST API."),
        (_A,),
        ("/integrations/",),
        "/integrations/",
        _("The connections of a laboratory with their state and what waits"),
    ),
    HelpPage(
        "read-the-audit-trail",
        _("Read the audit trail"),
        _("Find who did what, verify that nothing was changed, and hand it on."),
        (_O, _A),
        ("/oversight/",),
        "/oversight/audit/",
        _("The audit trail: one line an event"),
    ),
    HelpPage(
        "watch-the-model",
        _("Watch the model"),
        _("Agreement with reviewers, drift, and what each model knows."),
        (_A, _O, _P),
        (
            "/oversight/agreement/",
            "/oversight/models/",
            "/oversight/predictions/",
            "/oversight/turnaround/",
            "/review/my-agreement/",
        ),
        "/oversight/agreement/",
        _("Agreement between model and reviewers, with intervals"),
    ),
    HelpPage(
        "learn-cells",
        _("Learn cells"),
        _("Answer sets, count against the clock, and see where you stand."),
        (_S,),
        ("/learn/", "/"),
        "/learn/",
        _("Where learning begins: the sets that are open, and how often each class was right"),
    ),
    HelpPage(
        "teach-a-class",
        _("Teach a class"),
        _("Make sets, bring students together, and teach with cells of your own reports."),
        (_P, _A),
        ("/learn/teach/", "/learn/material/"),
        alt=_("The form of a new set: its title, the classes it asks, and when the answer is told"),
    ),
    HelpPage(
        "certificates-and-tests",
        _("Certificates and proficiency tests"),
        _("What a certificate needs, who signs and checks it, and how a test is given and read."),
        (_P, _A, _S),
        ("/learn/certificates/", "/learn/proficiency/", "/check/"),
        "/learn/certificates/",
        _("The form that gives a proficiency test: the set, when it closes, and who takes it"),
    ),
    HelpPage(
        "try-a-picture",
        _("Try a picture"),
        _("Give one picture of a smear and see at once what the model makes of it."),
        (_S,),
        ("/try/",),
        "/try/",
        _("A tried picture: the cell that was found, in its box, and beside it what the model says of the picture"),
    ),
    HelpPage(
        "protect-your-account",
        _("Protect your account"),
        _("Second factor, lost phones, sessions and your language."),
        _EVERYBODY,
        ("/accounts/", "/notifications/"),
        "/accounts/2fa/",
        _("The second factors of an account: keys, an authenticator app, and recovery codes"),
    ),
)
OF_SLUG = {page.slug: page for page in PAGES}


def in_order_for(role: str) -> tuple[list[HelpPage], list[HelpPage]]:
    """The pages that `role` reads first, and the others; all are others of somebody who is not signed in."""
    own = [page for page in PAGES if role in page.roles]
    return own, [page for page in PAGES if page not in own]


def page_for(path: str, role: str) -> HelpPage | None:
    """The page to offer at the address `path`: that of the longest beginning, of these one for `role` first."""
    fitting = [
        (len(place), role in page.roles, page)
        for page in PAGES
        for place in page.places
        if (path == place if place == "/" else path.startswith(place))
    ]
    return max(fitting, key=lambda each: each[:2])[2] if fitting else None
