"""Each page, by who opens it, asks the database as often for many cases as for few: the numbers are a baseline."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Case
from integrations.models import MessageState
from oversight.services.case_turnarounds import time_signed_cases
from oversight.services.tallies import tally_cases
from tests.factories.analysed_cases import analysed_case, model
from tests.factories.cases import CaseFactory, SmearImageFactory
from tests.factories.connections import a_connection
from tests.factories.messages import a_message
from tests.factories.orders import waiting_order
from tests.factories.reports import signed_report

pytestmark = pytest.mark.django_db

# Statements a request by person and page, session, permission and audit included. Lower is better: lower it when you
# can, raise it with a reason in the commit. Of "/" two are the first steps; one is left when they are over.
BASELINE = {
    ("pavel", "/"): 31,
    ("pavel", "/?state=all"): 28,
    ("pavel", "/review/"): 29,
    ("pavel", "/cases/{open}/"): 48,
    ("pavel", "/cases/{signed}/"): 45,
    ("pavel", "/cases/{open}/review/state/"): 25,
    ("pavel", "/inbox/"): 20,
    ("pavel", "/inbox/?show=all"): 20,
    ("pavel", "/opinions/"): 17,
    ("pavel", "/notifications/"): 18,
    ("pavel", "/review/my-agreement/"): 34,
    ("amina", "/"): 28,
    ("amina", "/?state=signed"): 29,
    ("amina", "/cases/{signed}/"): 33,
    ("amina", "/cases/{draft}/"): 30,
    ("amina", "/cases/{draft}/capture/"): 22,
    ("amina", "/cases/{draft}/capture/fields/"): 13,
    ("amina", "/images/{field}/draft/"): 14,
    ("amina", "/inbox/"): 21,
    ("amina", "/patients/{patient}/"): 22,
    ("amina", "/orders/"): 25,
    ("amina", "/orders/new/"): 12,
    ("olga", "/"): 28,
    ("olga", "/oversight/agreement/"): 32,
    ("olga", "/oversight/agreement/cells/"): 23,
    ("olga", "/oversight/predictions/"): 20,
    ("olga", "/oversight/predictions/?label=neutrophil"): 20,
    ("olga", "/oversight/audit/"): 16,
    ("olga", "/oversight/audit/?person=pavel"): 17,
    ("olga", "/oversight/audit/?case={signed}"): 34,
    ("olga", "/oversight/break-glass/"): 16,
    ("olga", "/oversight/sources/"): 16,
    ("olga", "/oversight/models/"): 17,
    ("olga", "/cases/{signed}/timeline/"): 51,
    ("olga", "/oversight/rejections/"): 17,
    ("olga", "/oversight/turnaround/"): 18,
    ("olga", "/oversight/turnaround/export/"): 17,
    ("olga", "/integrations/"): 16,
    ("olga", "/integrations/messages/"): 19,
    ("ines", "/"): 29,
    ("ines", "/orders/"): 23,
    ("ines", "/orders/new/"): 11,
    ("ines", "/microscopes/"): 18,
}


def some_cases(riverside, pavel, amina, number):
    """So many cases that are ready and so many that are signed and sent, ten cells each."""
    for _ in range(number):
        analysed_case(riverside, ["neutrophil"] * 7 + ["monocyte"] * 3, created_by=amina)
        signed = analysed_case(riverside, ["neutrophil"] * 10, decided_by=pavel, created_by=amina, state="in_review")
        signed_report(signed, pavel)
        waiting_order(amina, f"P-{signed.pk}", patient=signed.patient)
        line = a_connection(riverside.refers_to, pavel, name=f"LIS of {signed.pk}")
        a_message(line, case=signed, state=MessageState.HELD)


def statements(client, address):
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    assert response.status_code == 200, address
    return len(captured)


@pytest.mark.parametrize("who", sorted({who for who, _ in BASELINE}))
def test_the_number_of_statements_is_the_baseline_and_does_not_grow(client, request, riverside, pavel, amina, who):
    person = request.getfixturevalue(who)
    model()
    some_cases(riverside, pavel, amina, 2)
    draft = CaseFactory(clinic=riverside, created_by=amina)
    field = SmearImageFactory(case=draft, analysed=True)
    tally_cases()
    time_signed_cases()
    newest = Case.objects.order_by("created_at")
    opened, signed = newest.filter(state="ready")[0], newest.filter(state="signed")[0]
    places = {
        "open": opened.pk,
        "signed": signed.pk,
        "patient": signed.patient_id,
        "draft": draft.pk,
        "field": field.pk,
    }
    asked = {page: page.format(**places) for name, page in BASELINE if name == who}
    client.force_login(person)
    for address in asked.values():
        client.get(address)  # what is asked once a process or a session
    few = {page: statements(client, address) for page, address in asked.items()}
    some_cases(riverside, pavel, amina, 5)
    for _ in range(5):
        SmearImageFactory(case=draft, analysed=True)
    tally_cases()
    time_signed_cases()
    many = {page: statements(client, address) for page, address in asked.items()}
    assert many == few
    assert few == {page: number for (name, page), number in BASELINE.items() if name == who}
