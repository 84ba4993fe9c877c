"""A person says whether a message is about the person its number finds."""

import pytest

from audit.models import AuditEvent
from cases.models import Order, Patient, PatientMerge
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from integrations.models import Message, MessageState
from integrations.services.held_questions import HeldAnswer, answer_question
from tests.factories.hl7_messages import adt, an_order, order, pid

pytestmark = pytest.mark.django_db

WHY = "The ward was telephoned and says so."


@pytest.fixture
def held(send):
    """An order under a known number, another name and another birth date."""
    send(an_order())
    send(an_order(*order(number="P2"), patient=pid(family="ROE", born="19700707")))
    return Message.objects.get(state=MessageState.HELD)


def test_the_same_person_has_the_order_carried_out(held, ines):
    answer_question(actor=ines, message=held, answer="same person", reason=WHY)
    held.refresh_from_db()
    assert (held.state, held.sentence) == (MessageState.PROCESSED, "")
    assert held.order == Order.objects.get(placer_number="P2")
    assert held.order.patient == Patient.objects.get()
    event = AuditEvent.objects.filter(object_type="integrations.message").latest("id")
    assert (event.actor_id, event.reason) == (ines.pk, WHY)
    assert event.after == {"state": "processed", "answer": "same person"}


def test_a_correction_that_was_held_is_written_when_it_is_the_same_person(send, ines):
    send(an_order())
    send(adt("A08", pid(family="ROE", born="19700707")))
    answer_question(actor=ines, message=Message.objects.get(state="held"), answer="same person", reason=WHY)
    patient = Patient.objects.get()
    assert (patient.family_name, patient.born.isoformat()) == ("ROE", "1970-07-07")


def test_a_merge_that_was_held_is_carried_out_when_it_is_the_same_person(send, ines):
    send(an_order())
    send(an_order(*order(number="P2"), patient=pid("MRN999")))
    send(adt("A40", pid(family="ROE", born="19700707"), "MRG|MRN999^^^CLINIC1^MR"))
    answer_question(actor=ines, message=Message.objects.get(state="held"), answer="same person", reason=WHY)
    assert PatientMerge.objects.count() == 1


def test_another_person_has_it_refused(held, send, ines):
    answer_question(actor=ines, message=held, answer=HeldAnswer.ANOTHER_PERSON, reason=WHY)
    held.refresh_from_db()
    assert held.state == MessageState.REFUSED
    assert "another person" in held.sentence
    assert Order.objects.count() == 1
    # Its sender was told that it was taken: sent again it asks nothing again.
    assert send(held.content).code == "AA"
    held.refresh_from_db()
    assert held.state == MessageState.REFUSED


def test_a_question_is_answered_once(held, ines):
    answer_question(actor=ines, message=held, answer="same person", reason=WHY)
    with pytest.raises(Conflict) as refused:
        answer_question(actor=ines, message=held, answer="another person", reason=WHY)
    assert refused.value.code == "state"


def test_what_stands_against_it_is_said_and_the_question_stays(held, send, ines):
    send(an_order(*order(number="P2")))
    with pytest.raises(Conflict) as refused:
        answer_question(actor=ines, message=held, answer="same person", reason=WHY)
    assert refused.value.code == "not_carried_out"
    held.refresh_from_db()
    assert held.state == MessageState.HELD


@pytest.mark.parametrize(("answer", "reason"), [("same person", " "), ("perhaps", WHY)])
def test_an_answer_needs_words_and_a_reason(held, ines, answer, reason):
    with pytest.raises(Unprocessable):
        answer_question(actor=ines, message=held, answer=answer, reason=reason)


def test_only_administrators_of_the_laboratory_answer(held, olga, petra, amina):
    for person, error in ((olga, PermissionRefused), (petra, NotFound), (amina, NotFound)):
        with pytest.raises(error):
            answer_question(actor=person, message=held, answer="same person", reason=WHY)
