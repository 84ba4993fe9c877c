"""Proficiency tests, for those who teach: give one, see who has finished, and once it has closed, how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.models import Action
from audit.services import record
from education.forms.proficiency import EndForm, TestForm
from education.permissions import may_teach
from education.presenters.proficiency import proficiency_context, proficiency_rows
from education.selectors.proficiency import proficiency_test, score_of, tests_of
from education.services.proficiency import give_test, move_test, withdraw_test
from hematovision.csv_export import csv_file
from hematovision.errors import DomainError

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.requests import AuthenticatedRequest
    from education.selectors.proficiency import ProficiencyTest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def proficiency_tests(request: AuthenticatedRequest) -> HttpResponse:
    """List the tests of the laboratory, and give another one."""
    if not may_teach(request.user):
        raise Http404
    form = TestForm(request.POST if request.method == "POST" else None, teacher=request.user)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            given = give_test(
                actor=request.user,
                teaching_set=asked["teaching_set"],
                people=list(asked["people"]),
                due_at=asked["due_at"],
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The test is given. It appears on the page Learn of those who take it."))
            return redirect("education:proficiency_test", given[0].pk)
    context = {"tests": tests_of(request.user), "form": form, "now": timezone.now()}
    return render(request, "education/proficiency_tests.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def proficiency_page(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show one test: who has finished, and once it has closed, how."""
    test = _test(request, pk)
    return _page(request, test, EndForm(initial={"due_at": test.due_at}))


@login_required
@require_POST
def move(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Let a test close at another time."""
    test = _test(request, pk)
    form = EndForm(request.POST)
    if form.is_valid():
        try:
            move_test(actor=request.user, pk=test.pk, due_at=form.cleaned_data["due_at"])
        except DomainError as error:
            form.refuse(error, field="due_at")
        else:
            messages.success(request, _("Moved. The new time holds for everybody who takes the test."))
            return redirect("education:proficiency_test", test.pk)
    return _page(request, test, form, status=422)


@login_required
@require_POST
def withdraw(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Take a test back from those who have not begun it."""
    test = _test(request, pk)
    try:
        number = withdraw_test(actor=request.user, pk=test.pk)
    except DomainError as error:
        messages.error(request, error.sentence)
        return redirect("education:proficiency_test", test.pk)
    sentence = ngettext(
        "Taken back from %(number)s person who had not begun.",
        "Taken back from %(number)s people who had not begun.",
        number,
    )
    messages.success(request, sentence % {"number": number})
    return redirect("education:proficiency_tests")


@login_required
@require_safe
def proficiency_file(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Send the report of a test that has closed as CSV. It has names, so that the export is on record."""
    test = _test(request, pk)
    score = score_of(test, timezone.now())
    if score is None:
        raise Http404
    record(actor=request.user, action=Action.EXPORT, object_type="education.assignment", object_id=str(test.pk))
    return csv_file(proficiency_rows(test, score), name="proficiency-test.csv")


def _test(request: AuthenticatedRequest, pk: UUID) -> ProficiencyTest:
    found = proficiency_test(request.user, pk)
    if found is None:
        raise Http404
    return found


def _page(request: AuthenticatedRequest, test: ProficiencyTest, form: EndForm, status: int = 200) -> HttpResponse:
    context = proficiency_context(test) | {"form": form}
    return render(request, "education/proficiency_test.html", context, status=status)
