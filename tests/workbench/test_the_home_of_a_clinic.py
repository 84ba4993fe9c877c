"""What a clinic sees first: four groups of its cases, and when results are usually there."""

import datetime as dt

import pytest
from django.utils import timezone

from cases.services.rejections import reject_specimen, send_again
from oversight.models import UsualTurnaround
from review.services.field_returns import return_field
from review.services.leases import claim
from tests.factories.cases import CaseFactory, SmearImageFactory
from tests.factories.reports import signed_report


def numbers(cases):
    return [case.accession_number for case in cases]


@pytest.fixture
def home(client, amina):
    """`home()` -> the first page as an uploader of riverside-clinic sees it."""
    client.force_login(amina)
    return lambda: client.get("/")


def test_every_case_is_in_the_group_of_what_it_waits_for(home, riverside, pavel, amina):
    CaseFactory(clinic=riverside, accession_number="draft")
    for state in ("submitted", "ready", "in_review"):
        CaseFactory(clinic=riverside, accession_number=state, **{state: True})
    CaseFactory(clinic=riverside, accession_number="cancelled", cancelled=True)
    signed_report(CaseFactory(clinic=riverside, accession_number="unread", in_review=True, created_by=amina), pavel)
    context = home().context
    assert numbers(context["to_finish"]) == ["draft"]
    assert sorted(numbers(line["case"] for line in context["sent"])) == ["in_review", "ready", "submitted"]
    assert [delivery.case.accession_number for delivery in context["to_read"]] == ["unread"]
    assert numbers(context["done"]) == ["cancelled"]


def test_a_field_to_be_taken_again_is_work_of_the_clinic(home, riverside, pavel):
    case = CaseFactory(clinic=riverside, accession_number="again", in_review=True, owner=pavel)
    image = SmearImageFactory(case=case, analysed=True)
    claim(actor=pavel, case=case)
    return_field(actor=pavel, image=image, reason="blurred")
    response = home()
    assert numbers(response.context["to_finish"]) == ["again"]
    assert not response.context["sent"]
    assert "The laboratory asks for a field again" in response.content.decode()


def test_a_report_that_was_acknowledged_is_done(client, home, riverside, pavel, amina):
    report = signed_report(CaseFactory(clinic=riverside, accession_number="read", in_review=True), pavel)
    report.deliveries.update(settled_at=timezone.now())
    context = home().context
    assert not context["to_read"]
    assert numbers(context["done"]) == ["read"]


def test_nothing_of_another_clinic(home, hilltop, pavel):
    CaseFactory(clinic=hilltop)
    CaseFactory(clinic=hilltop, ready=True)
    signed_report(CaseFactory(clinic=hilltop, in_review=True), pavel)
    context = home().context
    assert not any((context["to_finish"], context["sent"], context["to_read"], context["done"]))
    page = home().content.decode()
    assert "Nothing to read." in page
    assert "No draft waits for you." in page
    assert "Nothing is with the laboratory." in page


def test_it_says_when_a_result_is_usually_there_and_what_is_before_it(home, riverside, hilltop, central):
    CaseFactory(clinic=hilltop, submitted=True, priority="stat")
    CaseFactory(clinic=riverside, submitted=True)
    page = home().content.decode()
    assert "1 case before it, 1 urgent." in page
    assert "Usually ready" not in page
    UsualTurnaround.objects.create(
        laboratory=central,
        priority="routine",
        number=20,
        median=dt.timedelta(hours=2),
        ninth_decile=dt.timedelta(hours=5),
    )
    assert "Usually ready" in home().content.decode()


def test_a_late_case_is_said_to_be_late(home, riverside):
    CaseFactory(clinic=riverside, submitted=True, due_at=timezone.now() - dt.timedelta(hours=1))
    assert "Late: it was due" in home().content.decode()


def test_no_class_of_a_cell_is_named_before_the_signature(home, riverside):
    SmearImageFactory(case=CaseFactory(clinic=riverside, ready=True), analysed=True)
    page = home().content.decode().lower()
    assert not any(name in page for name in ("neutrophil", "lymphocyte", "monocyte", "unidentified"))


def test_a_long_group_leads_to_all_of_it(home, riverside):
    CaseFactory.create_batch(21, clinic=riverside)
    response = home()
    assert len(response.context["to_finish"]) == 20
    assert 'href="/?state=draft"' in response.content.decode()


def test_the_laboratory_keeps_its_worklist(client, pavel, riverside):
    CaseFactory(clinic=riverside, submitted=True)
    client.force_login(pavel)
    assert len(client.get("/").context["cases"]) == 1


def test_a_rejected_specimen_is_to_finish_until_another_is_sent(client, amina, pavel, riverside):
    draft = CaseFactory(clinic=riverside)
    case = CaseFactory(clinic=riverside, ready=True)
    reject_specimen(actor=pavel, case=case, reasons=["clotted"])
    client.force_login(amina)
    page = client.get("/")
    assert [one.pk for one in page.context["to_finish"]] == [case.pk, draft.pk]
    assert "See why, and send another specimen" in page.content.decode()
    again = send_again(actor=amina, case=case)
    context = client.get("/").context
    assert {one.pk for one in context["to_finish"]} == {draft.pk, again.pk}
    assert [one.pk for one in context["done"]] == [case.pk]
