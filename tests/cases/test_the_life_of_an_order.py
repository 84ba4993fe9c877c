"""An order from its receipt to the signature, or to its end before."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from audit.models import AuditEvent
from cases.models import Case, Order, OrderTransition
from cases.order_verification import check_orders
from cases.services.cases import cancel_case, submit_case, update_case
from cases.services.images import receive_image
from cases.services.orders import cancel_order, change_order, open_case_of_order, receive_order, reject_order
from cases.services.patients import register_patient
from cases.services.restrictions import restrict_patient
from cases.services.transitions import lock_case, step_case
from cases.states import CaseState
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from tests.factories.cases import CaseFactory, PatientFactory
from tests.factories.image_files import upload
from tests.factories.orders import waiting_order

pytestmark = pytest.mark.django_db
WHY = "It was ordered twice."
DRAWN = dt.datetime(2026, 5, 4, 8, 30, tzinfo=dt.UTC)


@pytest.fixture
def order(amina):
    return waiting_order(
        amina,
        "P-4711",
        priority="urgent",
        clinical_question="Left shift?",
        wbc=Decimal("7.40"),
        wbc_source="Analyser 3",
        visit_number="V-99",
    )


def fresh(order):
    return Order.objects.get(pk=order.pk)


def states(order):
    return [step.to_state for step in order.transitions.all()]


def submitted(order, by):
    case = open_case_of_order(actor=by, order=order).case
    receive_image(actor=by, case=case, upload=upload(seed=7))
    return submit_case(actor=by, case=case)


def under_review(order, by, pavel):
    case = submitted(order, by)
    Case.objects.filter(pk=case.pk).update(state=CaseState.READY, owner=pavel)
    step_case(case=lock_case(case), to=CaseState.IN_REVIEW, by=pavel)
    return case


def test_it_goes_with_its_case_to_the_signature(amina, pavel, order):
    assert (order.state, order.filler_number, order.placer_namespace) == ("requested", "", "riverside-clinic")
    case = under_review(order, amina, pavel)
    assert (fresh(order).state, fresh(order).filler_number) == ("in_progress", case.accession_number)
    step_case(case=lock_case(case), to=CaseState.SIGNED, by=pavel)
    assert states(order) == ["requested", "accepted", "in_progress", "completed"]
    assert order.transitions.last().by == pavel
    step_case(case=lock_case(case), to=CaseState.WITHDRAWN, by=pavel)
    assert fresh(order).state == "completed"
    assert not list(check_orders())


def test_the_case_says_what_the_order_said_and_what_gave_way_is_named(amina, order):
    opened = open_case_of_order(
        actor=amina,
        order=order,
        priority="stat",
        clinical_question="",
        wbc=Decimal(9),
        collected_at=DRAWN,
        stain="giemsa",
    )
    case = Case.objects.get(pk=opened.case.pk)
    assert (case.priority, case.clinical_question, case.wbc) == ("urgent", "Left shift?", Decimal("7.40"))
    assert (case.wbc_source, case.collected_at, case.stain) == ("Analyser 3", DRAWN, "giemsa")
    assert case.patient == order.patient
    assert opened.overruled == ("priority", "wbc")


def test_a_laboratory_places_orders_for_its_clinics_and_administrators_register_whom_they_are_for(
    pavel, ines, nadia, amina, riverside
):
    known = CaseFactory(clinic=riverside, ready=True).patient
    assert receive_order(actor=pavel, patient=known, placer_number="P-1", clinic=riverside).clinic == riverside
    somebody = {"mrn": "N-1", "family_name": "New", "birth_date": None, "clinic": riverside}
    with pytest.raises(PermissionRefused):
        register_patient(actor=pavel, **somebody)
    registered = register_patient(actor=ines, **somebody)
    assert receive_order(actor=ines, patient=registered, placer_number="P-2", clinic=riverside).patient == registered
    with pytest.raises(NotFound):
        receive_order(actor=pavel, patient=registered, placer_number="P-3", clinic=riverside)
    own = PatientFactory(organisation=nadia.organisation)
    with pytest.raises(PermissionRefused):
        receive_order(actor=nadia, patient=own, placer_number="P-4", clinic=riverside)


def test_a_case_is_opened_once(amina, order):
    case = open_case_of_order(actor=amina, order=order).case
    with pytest.raises(Conflict) as refused:
        open_case_of_order(actor=amina, order=fresh(order))
    assert refused.value.details == {"state": "accepted", "case": str(case.pk)}
    assert Case.objects.count() == 1


def test_a_case_that_cannot_be_opened_leaves_the_order_waiting(amina, order):
    CaseFactory(clinic=amina.organisation, accession_number="TAKEN")
    with pytest.raises(Conflict):
        open_case_of_order(actor=amina, order=order, accession_number="TAKEN")
    assert fresh(order).state == "requested"


def test_a_taken_number_names_no_order_of_another_clinic(amina, bora):
    waiting_order(amina, "P-4711", placer_namespace="WARD")
    with pytest.raises(Conflict) as refused:
        waiting_order(bora, "P-4711", placer_namespace="WARD")
    assert (refused.value.code, refused.value.details) == ("duplicate_placer_number", {})


def test_a_placer_number_is_taken_once_in_its_numbering(amina, bora, order):
    with pytest.raises(Conflict) as refused:
        waiting_order(amina, " P-4711 ")
    assert (refused.value.code, refused.value.details) == ("duplicate_placer_number", {"order": str(order.pk)})
    other_numbering = waiting_order(amina, "P-4711", placer_namespace="WARD")
    assert waiting_order(bora, "P-4711").placer_namespace == "hilltop-clinic"
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(placer_namespace="WARD")
    assert other_numbering.pk != order.pk


@pytest.mark.parametrize(
    ("details", "word"),
    [
        ({"wbc": Decimal(4)}, "source"),
        ({"priority": "soon"}, "soon"),
        ({"collected_at": timezone.now() + dt.timedelta(days=1)}, "future"),
        ({"location": "Ward\n7"}, "Control characters"),
        ({"wbc": Decimal(-1), "wbc_source": "x"}, "greater"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(amina, details, word):
    with pytest.raises(Unprocessable, match=word):
        waiting_order(amina, **details)
    assert not Order.objects.exists()


def test_an_order_is_for_a_patient_of_its_clinic(amina, bora, ines):
    own, foreign = PatientFactory(organisation=amina.organisation), PatientFactory(organisation=bora.organisation)
    with pytest.raises(NotFound):
        receive_order(actor=amina, patient=foreign, placer_number="1")
    with pytest.raises(Unprocessable):
        receive_order(actor=ines, patient=own, placer_number="1")


def test_a_change_reaches_the_case_until_it_is_under_review(amina, pavel, order):
    case = submitted(order, amina)
    due = Case.objects.get(pk=case.pk).due_at
    change_order(actor=amina, order=order, priority="stat", ordering_name="Dr. Osei")
    case = Case.objects.get(pk=case.pk)
    assert (case.priority, fresh(order).ordering_name) == ("stat", "Dr. Osei")
    assert case.due_at < due
    Case.objects.filter(pk=case.pk).update(state=CaseState.READY, owner=pavel)
    step_case(case=lock_case(case), to=CaseState.IN_REVIEW, by=pavel)
    with pytest.raises(Conflict) as refused:
        change_order(actor=amina, order=order, priority="routine")
    assert refused.value.code == "in_review"
    event = AuditEvent.objects.filter(object_type="cases.order", action="update").get()
    assert event.after["fields"] == ["ordering_name"]
    assert "Osei" not in str(event.after) + str(event.before)
    assert not list(check_orders())


def test_a_change_of_nothing_writes_nothing(amina, order):
    before = AuditEvent.objects.count()
    assert change_order(actor=amina, order=order, priority="urgent").updated_at == fresh(order).updated_at
    assert AuditEvent.objects.count() == before


def test_cancelling_it_cancels_its_case(amina, order):
    case = submitted(order, amina)
    cancel_order(actor=amina, order=order, reason=WHY)
    assert Case.objects.get(pk=case.pk).state == "cancelled"
    assert fresh(order).state == "cancelled"
    assert order.transitions.last().reason == WHY
    for change in (
        lambda: cancel_order(actor=amina, order=order, reason=WHY),
        lambda: change_order(actor=amina, order=order),
    ):
        with pytest.raises(Conflict):
            change()


def test_cancelling_its_case_cancels_it(amina, order):
    case = open_case_of_order(actor=amina, order=order).case
    cancel_case(actor=amina, case=case, reason=WHY)
    assert (fresh(order).state, order.transitions.last().reason) == ("cancelled", WHY)


def test_it_is_not_cancelled_without_a_reason(amina, order):
    with pytest.raises(Unprocessable):
        cancel_order(actor=amina, order=order, reason="  ")
    assert fresh(order).state == "requested"


def test_a_program_does_not_stop_a_review_and_a_person_may(amina, pavel, order, client_of):
    case = under_review(order, amina, pavel)
    with pytest.raises(Conflict) as refused:
        cancel_order(actor=client_of(amina.organisation), order=order, reason=WHY)
    assert refused.value.code == "in_review"
    assert Case.objects.get(pk=case.pk).state == "in_review"
    cancel_order(actor=amina, order=order, reason=WHY)
    assert Case.objects.get(pk=case.pk).state == "cancelled"


def test_a_laboratory_rejects_with_a_coded_reason(amina, ines, order):
    case = submitted(order, amina)
    with pytest.raises(Unprocessable):
        reject_order(actor=ines, order=order, reason_code="")
    with pytest.raises(Unprocessable):
        reject_order(actor=ines, order=order, reason_code="other")
    reject_order(actor=ines, order=order, reason_code="clotted")
    step = order.transitions.last()
    assert (step.to_state, step.reason_code, step.reason) == ("rejected", "clotted", "The blood was clotted.")
    assert Case.objects.get(pk=case.pk).state == "cancelled"
    assert states(order).count("cancelled") == 0


@pytest.mark.parametrize(
    ("who", "refusal"), [("bora", NotFound), ("lars", NotFound), ("sami", NotFound), ("olga", PermissionRefused)]
)
def test_others_change_nothing(request, who, refusal, order):
    actor = request.getfixturevalue(who)
    for change in (
        lambda: cancel_order(actor=actor, order=order, reason=WHY),
        lambda: change_order(actor=actor, order=order, priority="stat"),
        lambda: reject_order(actor=actor, order=order, reason_code="label"),
        lambda: open_case_of_order(actor=actor, order=order),
    ):
        with pytest.raises(refusal):
            change()
    assert states(order) == ["requested"]


def test_a_clinic_rejects_nothing_and_a_laboratory_opens_no_case_for_it(amina, pavel, order):
    with pytest.raises(PermissionRefused):
        reject_order(actor=amina, order=order, reason_code="label")
    with pytest.raises(PermissionRefused):
        open_case_of_order(actor=pavel, order=order)
    assert AuditEvent.objects.first().outcome == "denied"


def test_a_client_of_the_laboratory_orders_for_a_clinic(central, riverside, hilltop, lakeside, client_of):
    lis = client_of(central)
    patient = PatientFactory(organisation=riverside)
    order = receive_order(actor=lis, patient=patient, clinic=riverside, placer_number="1")
    assert (order.clinic, order.laboratory) == (riverside, central)
    with pytest.raises(Unprocessable):
        receive_order(actor=lis, patient=patient, clinic=hilltop, placer_number="2")
    with pytest.raises(PermissionRefused):
        receive_order(actor=lis, patient=patient, clinic=lakeside, placer_number="2")


def test_who_sees_it(order, amina, bora, pavel, ines, olga, sami, lars, nadia, root, client_of, central):
    def seeing(*people):
        return {person.full_name for person in people if Order.objects.visible_to(person).exists()}

    people = (amina, bora, pavel, ines, olga, sami, lars, nadia, root)
    assert seeing(*people) == {person.full_name for person in (amina, pavel, ines, olga)}
    assert Order.objects.visible_to(client_of(central)).get() == order


def test_a_restricted_patient_takes_orders_along_out_of_sight(amina, pavel, ines, order):
    with pytest.raises(Conflict) as refused:
        restrict_patient(actor=ines, patient=order.patient, reason="The patient asked for erasure.")
    assert refused.value.code == "order_waits"
    cancel_order(actor=amina, order=order, reason=WHY)
    restrict_patient(actor=ines, patient=order.patient, reason="The patient asked for erasure.")
    assert not Order.objects.visible_to(amina).exists()
    assert not Order.objects.visible_to(pavel).exists()
    assert Order.objects.visible_to(ines).exists()
    with pytest.raises(NotFound):
        waiting_order(amina, "P-2", patient=order.patient)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases_order SET placer_number = 'X'",
        "DELETE FROM cases_order",
        "UPDATE cases_ordertransition SET reason = 'X'",
        "DELETE FROM cases_ordertransition",
    ],
)
def test_the_database_keeps_it(order, statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert OrderTransition.objects.count() == 1


@pytest.mark.parametrize(
    "columns", [{"state": "accepted"}, {"state": "lost"}, {"wbc_source": ""}, {"priority": "soon"}]
)
def test_the_database_takes_nothing_that_cannot_be(order, columns):
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(**columns)


def test_a_change_behind_our_back_is_named(order):
    Order.objects.filter(pk=order.pk).update(priority="stat")
    assert [found.object_id for found in check_orders()] == [str(order.pk)]


def test_details_corrected_on_the_case_stay_with_the_case(amina, order):
    case = open_case_of_order(actor=amina, order=order).case
    update_case(actor=amina, case=case, clinical_question="Left shift, blasts?")
    assert fresh(order).clinical_question == "Left shift?"
    assert not list(check_orders())


def test_the_visit_number_is_encrypted_and_rotated(amina, order, settings, capsys):
    with connection.cursor() as cursor:
        cursor.execute("SELECT visit_number FROM cases_order")
        assert "V-99" not in cursor.fetchone()[0]
    new = Fernet.generate_key().decode()
    settings.HEMATOVISION_FIELD_KEYS = [new, *settings.HEMATOVISION_FIELD_KEYS]
    call_command("rotate_field_keys")
    assert "1 orders" in capsys.readouterr().out
    settings.HEMATOVISION_FIELD_KEYS = [new]
    assert (fresh(order).visit_number, fresh(order).updated_at) == ("V-99", order.updated_at)
