"""Orders of a laboratory system: placed once, found, changed and cancelled, until their result."""

import pytest

from cases.models import Case, Order
from cases.services.transitions import lock_case, step_case
from cases.states import CaseState
from tests.contract.conftest import picture, problem_of

pytestmark = pytest.mark.django_db

PLACED = {
    "placer_number": "P-4711",
    "priority": "urgent",
    "clinical_question": "Left shift?",
    "ordering_name": "Dr. Osei",
    "visit_number": "V-99",
    "wbc": "7.40",
    "wbc_source": "Analyser 3",
    "wbc_measured_at": "2026-05-04T08:00:00Z",
    "collected_at": "2026-05-04T08:30:00Z",
}
WHY = {"reason": "Ordered twice."}


@pytest.fixture
def patient(lis):
    return lis.new_patient()["id"]


@pytest.fixture
def place(lis, patient):
    """Return a function that places an order for the patient."""

    def placed(number="P-4711", **other):
        answer = lis.post("/orders/", {**PLACED, "placer_number": number, "patient": patient, **other})
        assert answer.status_code == 201, answer.content
        return answer.json()

    return placed


def under_review(order, pavel):
    case = Case.objects.get(order=order["id"])
    Case.objects.filter(pk=case.pk).update(state=CaseState.READY, owner=pavel)
    step_case(case=lock_case(case), to=CaseState.IN_REVIEW, by=pavel)
    return case


def test_it_waits_until_its_case_is_opened_and_ends_with_the_signature(lis, patient, place, pavel):
    order = place()
    assert (order["state"], order["case"], order["filler_number"]) == ("requested", None, "")
    assert {name: order[name] for name in PLACED} == PLACED
    assert (order["placer_namespace"], order["received_by"]) == ("riverside-clinic", "api")
    case = lis.post("/cases/", {"patient": patient, "order": order["id"], "stain": "giemsa"}).json()
    assert (case["priority"], case["wbc"], case["stain"], case["order"]) == ("urgent", "7.40", "giemsa", order["id"])
    lis.send(case["id"], picture())
    assert lis.post(f"/cases/{case['id']}/submit/").status_code == 200
    found = lis.get(f"/orders/{order['id']}/").json()
    assert (found["state"], found["case"], found["filler_number"]) == (
        "in_progress",
        case["id"],
        case["accession_number"],
    )
    stored = under_review(order, pavel)
    step_case(case=lock_case(stored), to=CaseState.SIGNED, by=pavel)
    steps = lis.get(f"/orders/{order['id']}/").json()["transitions"]
    assert [step["to_state"] for step in steps] == ["requested", "accepted", "in_progress", "completed"]


def test_a_number_twice_is_refused_and_names_the_order(lis, patient, place):
    order = place()
    problem = problem_of(lis.post("/orders/", {"placer_number": "P-4711", "patient": patient}), 409)
    assert (problem["type"].rpartition(":")[2], problem["order"]) == ("duplicate-placer-number", order["id"])
    assert place(placer_namespace="WARD")["placer_namespace"] == "WARD"


def test_the_numbering_of_another_clinic_is_refused_by_name(lis, patient, hilltop):
    body = {"placer_number": "1", "patient": patient, "placer_namespace": hilltop.slug}
    problem = problem_of(lis.post("/orders/", body), 422)
    assert problem["type"].endswith("placer-namespace-of-another")
    assert set(problem["errors"]) == {"placer_namespace"}
    assert not Order.objects.exists()


def test_a_repeat_under_its_key_is_the_same_order(lis, patient):
    sent = [
        lis.post("/orders/", {"placer_number": "1", "patient": patient}, Idempotency_Key="order-1") for _ in range(2)
    ]
    assert sent[0].json() == sent[1].json()
    assert sent[1]["Idempotent-Replayed"] == "true"
    assert sent[0]["Location"].endswith(f"/orders/{sent[0].json()['id']}/")
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"placer_number": ""}, "placer_number"),
        ({"placer_number": 4}, "placer_number"),
        ({"priority": "soon"}, "priority"),
        ({"wbc": "-1"}, "wbc"),
        ({"state": "completed"}, "state"),
        ({"clinic": "riverside-clinic"}, "clinic"),
        ({"patient": "00000000-0000-0000-0000-000000000000"}, "patient"),
    ],
)
def test_what_cannot_be_is_refused_by_name(lis, patient, body, field):
    errors = problem_of(lis.post("/orders/", {"placer_number": "1", "patient": patient} | body), 400)["errors"]
    assert set(errors) == {field}
    assert not Order.objects.exists()


def test_a_count_without_its_source_is_refused(lis, patient):
    problem = problem_of(lis.post("/orders/", {"placer_number": "1", "patient": patient, "wbc": "7"}), 422)
    assert "source" in problem["detail"]


def test_a_case_says_nothing_otherwise_than_its_order(lis, patient, place):
    order = place()
    other = lis.new_patient(mrn="2")["id"]
    body = {"patient": patient, "order": order["id"]}
    problem = problem_of(lis.post("/cases/", {**body, "priority": "stat", "wbc": "9", "wbc_source": "x"}), 409)
    assert problem["fields"] == ["priority", "wbc", "wbc_source"]
    assert "patient" in problem_of(lis.post("/cases/", {**body, "patient": other}), 400)["errors"]
    assert "order" in problem_of(lis.post("/cases/", {**body, "order": patient}), 400)["errors"]
    assert lis.post("/cases/", {**body, "priority": "urgent"}).status_code == 201
    problem = problem_of(lis.post("/cases/", body), 409)
    assert problem["case"] == str(Case.objects.get().pk)


def test_a_change_needs_the_version_that_was_read(lis, place):
    order = place()
    address = f"/orders/{order['id']}/"
    tag = lis.get(address)["ETag"]
    changed = lis.patch(address, {"priority": "stat"}, If_Match=tag)
    assert (changed.status_code, changed.json()["priority"]) == (200, "stat")
    problem_of(lis.patch(address, {"priority": "routine"}, If_Match=tag), 412)
    problem_of(lis.post(f"{address}cancel/", WHY, If_Match=tag), 412)
    assert lis.get(address, If_None_Match=lis.get(address)["ETag"]).status_code == 304
    assert "placer_number" in problem_of(lis.patch(address, {"placer_number": "X"}), 400)["errors"]


def test_it_is_cancelled_with_its_case_and_not_under_review(lis, patient, place, pavel):
    first, second = place("1"), place("2")
    for order in (first, second):
        lis.post("/cases/", {"patient": patient, "order": order["id"]})
    assert "reason" in problem_of(lis.post(f"/orders/{first['id']}/cancel/", {}), 400)["errors"]
    answer = lis.post(f"/orders/{first['id']}/cancel/", WHY).json()
    assert (answer["state"], answer["transitions"][-1]["reason"]) == ("cancelled", WHY["reason"])
    assert lis.get(f"/cases/{answer['case']}/").json()["state"] == "cancelled"
    problem_of(lis.post(f"/orders/{first['id']}/cancel/", WHY), 409)
    problem_of(lis.patch(f"/orders/{first['id']}/", {"priority": "stat"}), 409)
    Case.objects.filter(order=second["id"]).update(
        state=CaseState.READY, submitted_at="2026-05-04T08:00Z", due_at="2026-05-04T09:00Z"
    )
    Order.objects.filter(pk=second["id"]).update(state="in_progress")
    under_review(second, pavel)
    for answer in (
        lis.post(f"/orders/{second['id']}/cancel/", WHY),
        lis.patch(f"/orders/{second['id']}/", {"priority": "stat"}),
    ):
        assert problem_of(answer, 409)["type"].endswith("in-review")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"1", "2"}),
        ({"state": "requested"}, {"2"}),
        ({"placer_number": "2"}, {"2"}),
        ({"accession_number": "A-1"}, {"1"}),
        ({"clinic": "riverside-clinic"}, {"1", "2"}),
        ({"clinic": "hilltop-clinic"}, set()),
        ({"priority": "stat"}, set()),
        ({"updated_after": "2026-01-01T00:00:00Z"}, {"1", "2"}),
        ({"updated_after": "2099-01-01T00:00:00Z"}, set()),
    ],
)
def test_they_are_narrowed(lis, patient, place, query, found):
    first, _ = place("1"), place("2")
    lis.post("/cases/", {"patient": patient, "order": first["id"], "accession_number": "A-1"})
    assert {row["placer_number"] for row in lis.get("/orders/", query).json()["results"]} == found
    assert "number" in problem_of(lis.get("/orders/", {"number": "2"}), 400)["errors"]


def test_scopes_and_places(lis_of, riverside, hilltop, central, northern, place):
    order = place()
    address = f"/orders/{order['id']}/"
    assert lis_of(central, "orders:read").get(address).status_code == 200
    problem_of(lis_of(hilltop).get(address), 404)
    problem_of(lis_of(northern).get(address), 404)
    problem_of(lis_of(riverside, "cases:read", "cases:write").get(address), 403)
    problem_of(lis_of(riverside, "orders:read").patch(address, {"priority": "stat"}), 403)


def test_a_client_of_the_laboratory_orders_for_a_clinic_it_names(lis_of, lis, central, patient):
    acting = lis_of(central, "orders:read", "orders:write")
    body = {"placer_number": "1", "patient": patient}
    assert "clinic" in problem_of(acting.post("/orders/", body), 400)["errors"]
    assert "patient" in problem_of(acting.post("/orders/", {**body, "clinic": central.slug}), 400)["errors"]
    order = acting.post("/orders/", {**body, "clinic": "riverside-clinic"}).json()
    assert (order["clinic"]["slug"], order["laboratory"]["slug"]) == ("riverside-clinic", central.slug)
    assert acting.patch(f"/orders/{order['id']}/", {"location": "Ward 7"}).status_code == 200
    assert lis.get(f"/orders/{order['id']}/").json()["location"] == "Ward 7"
