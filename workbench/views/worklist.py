"""The worklist, which is the home page, and the search that leads to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Exists, F, OuterRef
from django.db.models.functions import Coalesce
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Role
from accounts.permissions import may_see_predictions, works_at_clinic
from cases.models import Case, Order, Patient, Priority
from cases.permissions import may_write_cases
from cases.services.audit_trail import record_list, record_search
from classifier.selectors import images_of_unknown_cameras
from hematovision.paging import CappedPaginator
from workbench.forms.filters import OPEN_STATES, STATE_TABS, WorklistFilters
from workbench.selectors import clinics_to_choose_from, waiting_orders
from workbench.views.clinic_home import clinic_home

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseRedirect

    from accounts.models import User
    from accounts.requests import AuthenticatedRequest
    from cases.models import CaseQuerySet

CASES_PER_PAGE = 50
# Sorting by unidentified cells counts the cells of every listed case; beyond this many it would be felt.
MOST_CASES_COUNTED = 1000
MOST_COUNTED_IN_A_TAB = 999
_MOST_PATIENTS_FOUND = 20
_MOST_ORDERS = 20


@login_required
@require_GET
def worklist(request: AuthenticatedRequest, *, place: str = "cases") -> HttpResponse:
    """Show one line a case: most pressing first, filters in the address. A clinic begins with its own four groups, a student with what is taught."""
    if request.user.role == Role.STUDENT:
        return redirect("education:home")
    here = request.get_full_path()
    if request.session.get("worklist") != here:
        # A case's page leads back to the list as it was left.
        request.session["worklist"] = here
    if place == "cases" and not request.GET and works_at_clinic(request.user):
        return clinic_home(request)
    filters = WorklistFilters.from_query(request.GET, default_state="ready" if place == "review" else "open")
    visible = Case.objects.visible_to(request.user)
    shows_unidentified = may_see_predictions(request.user, signed=False)
    ids = _sorted_ids(filters, visible, request.user, shows_unidentified=shows_unidentified)
    page = CappedPaginator(ids, CASES_PER_PAGE).get_page(request.GET.get("page"))
    cases = _rows(list(page.object_list), request.user)
    record_list(actor=request.user, object_type="cases.case", count=len(cases))
    context = {
        "place": place,
        "title": _("Review") if place == "review" else _("Cases"),
        "filters": filters,
        "tabs": _tabs(filters.but_state(visible)),
        "clinics": clinics_to_choose_from(request.user),
        "priorities": Priority.choices,
        "page": page,
        "cases": cases,
        "shows_unidentified": shows_unidentified,
        "may_create": may_write_cases(request.user),
        "waiting_orders": waiting_orders(request.user) if place == "cases" else "",
        "patients": Patient.objects.visible_to(request.user)
        .filter(pk__in=filters.patients)
        .prefetch_related("former_identities", "merged_patients")
        if filters.patients
        else [],
    }
    return render(request, "workbench/worklist.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: AuthenticatedRequest) -> HttpResponse:
    """Find cases by accession number, orders by placer number, and cases by MRN or name, exactly.

    The text travels in the body, not in the address: an address ends up in histories and access logs, and
    what is typed here identifies a patient. A single case or order found by its number opens at once; patients lead to
    the worklist filtered by their ids.
    """
    text = request.POST.get("q", "").strip()
    if not text:
        return redirect("workbench:worklist")
    case = Case.objects.visible_to(request.user).with_accession_number(text).order_by("pk").first()
    if case is None and (
        orders := list(Order.objects.visible_to(request.user).filter(placer_number=text)[:_MOST_ORDERS])
    ):
        record_search(actor=request.user, object_type="cases.order", terms=["placer_number"], found=len(orders))
        return _to_orders(orders)
    patients = [] if case else list(_patients_called(request, text)[:_MOST_PATIENTS_FOUND])
    record_search(
        actor=request.user,
        object_type="cases.case",
        terms=["accession_number"] if case else ["mrn", "name"],
        found=1 if case else len(patients),
    )
    if case:
        return redirect("workbench:case", case.pk)
    if patients:
        query = urlencode([("patient", patient.pk) for patient in patients])
        return redirect(f"{reverse('workbench:worklist')}?{query}")
    return render(request, "workbench/search_empty.html", {"sought": text, "may_create": may_write_cases(request.user)})


def _to_orders(orders: list[Order]) -> HttpResponseRedirect:
    """Lead to the order with a number, or to the list of them: another numbering may have it too."""
    if len(orders) == 1:
        return redirect("workbench:order", orders[0].pk)
    query = urlencode([("order", order.pk) for order in orders])
    return redirect(f"{reverse('workbench:orders')}?{query}")


def _patients_called(request: AuthenticatedRequest, text: str) -> Any:
    """Return the patients with this number, else those with this family name, alone or with the given name.

    Former numbers and names count as well, and those of records that were merged: an old request or slide carries them.

    Names are ciphertext, so the family name is matched by its index and the given name after decryption.
    """
    visible = Patient.objects.visible_to(request.user)
    found = list(visible.ever_with_number(text))
    if found:
        return found
    found = list(visible.ever_with_family_name(text))
    if found:
        return found
    for family, given in _name_orders(text):
        found = [
            patient
            for patient in visible.ever_with_family_name(family).prefetch_related(
                "former_identities", "merged_patients__former_identities", "merged_patients__merged_patients"
            )
            if any(name.casefold().startswith(given.casefold()) for name in patient.given_names())
        ]
        if found:
            return found
    return []


def _name_orders(text: str) -> list[tuple[str, str]]:
    """Return the (family, given) interpretations of a typed name: "Family, Given" and "Given Family"."""
    if "," in text:
        family, given = text.split(",", 1)
        return [(family.strip(), given.strip())]
    parts = text.split()
    orders = []
    for cut in range(1, len(parts)):
        first, second = " ".join(parts[:cut]), " ".join(parts[cut:])
        orders += [(second, first), (first, second)]
    return orders


def _sorted_ids(filters: WorklistFilters, visible: CaseQuerySet, user: User, *, shows_unidentified: bool) -> Any:
    """Return the ids of the listed cases in their order, still as a query.

    Cases somebody waits for: by priority, then unidentified cells where counting them is affordable, then due time.
    A case that is reviewed blinded counts as one without them: its place in the list must not tell. Lists with closed cases in them grow without end and are read newest first, straight from the index.
    """
    cases = filters.apply(visible)
    if not STATE_TABS[filters.state][1] <= OPEN_STATES:
        return cases.order_by("-created_at", "id").values_list("pk", flat=True)
    pressing = cases.most_pressing_first()
    if shows_unidentified and cases[: MOST_CASES_COUNTED + 1].count() <= MOST_CASES_COUNTED:
        rest = [term for term in pressing.query.order_by if term != "priority_rank"]
        most_unidentified = Coalesce(F("unidentified_count"), 0).desc()
        pressing = pressing.with_counts(user).order_by("priority_rank", most_unidentified, *rest)  # type: ignore[misc]
    return pressing.values_list("pk", flat=True)


def _rows(ids: list[Any], user: User) -> list[Case]:
    """Return the cases of one page with everything their line shows, in the order of `ids`."""
    found = Case.objects.filter(pk__in=ids).with_counts(user).select_related("patient", "clinic", "owner")
    found = found.annotate(has_unknown_camera=Exists(images_of_unknown_cameras().filter(case=OuterRef("pk"))))
    by_id = {case.pk: case for case in found}
    return [by_id[pk] for pk in ids if pk in by_id]


def _tabs(cases: CaseQuerySet) -> list[dict[str, Any]]:
    """Return the state tabs with how many cases each holds; closed ones are counted up to a limit."""
    rows = cases.order_by().filter(state__in=OPEN_STATES).values_list("state").annotate(number=Count("pk"))
    open_counts = dict(rows)
    tabs = []
    for key, (label, states) in STATE_TABS.items():
        if states <= OPEN_STATES:
            count = sum(open_counts.get(state, 0) for state in states)
        else:
            listed = cases if key == "all" else cases.filter(state__in=states)
            count = listed.order_by()[: MOST_COUNTED_IN_A_TAB + 1].count()
        shown = f"{MOST_COUNTED_IN_A_TAB}+" if count > MOST_COUNTED_IN_A_TAB and not states <= OPEN_STATES else count
        tabs.append({"key": key, "label": label, "count": shown})
    return tabs
