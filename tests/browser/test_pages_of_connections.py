"""axe-core finds nothing on the pages of connections to other systems, whatever became of their messages."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Role
from integrations.models import Connection, ConnectionKind, ConnectionState, MessageState
from tests import people
from tests.browser.test_every_page_is_accessible import LOOKS
from tests.factories.cases import CaseFactory
from tests.factories.connections import a_connection
from tests.factories.messages import a_message, an_attempt, oru
from tests.factories.reports import signed_report


@pytest.fixture
def zoe(central):
    """The second administrator of central-laboratory."""
    return people.person("Zoe", Role.ADMINISTRATOR, central)


@pytest.fixture
def signed(transactional_db, amina, pavel):
    """A signed report of riverside-clinic."""
    case = CaseFactory(clinic=amina.organisation, created_by=amina, in_review=True)
    return signed_report(case, pavel)


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_pages_of_connections(open_as, violations, ines, zoe, central, signed, size, theme):
    page = open_as(ines, size=size, theme=theme)
    for address in ("/integrations/", "/integrations/mappings/", "/integrations/messages/", "/integrations/console/"):
        page.goto(address)
        assert violations(page) == [], address
    results = a_connection(central, zoe, name="Hospital results")
    Connection.objects.filter(pk=results.pk).update(state=ConnectionState.OFF)
    orders = a_connection(central, ines, ConnectionKind.MLLP_IN, name="Hospital orders")
    a_message(results, oru("c-1"), control_id="c-1", case=signed.case, state=MessageState.ACKNOWLEDGED)
    dead = a_message(results, oru("c-2", value="31"), control_id="c-2", case=signed.case, state=MessageState.DEAD)
    an_attempt(dead, detail="Nobody answered within 15 seconds.")
    held = a_message(orders, control_id="o-1", state=MessageState.HELD, sentence="Is this one person?")
    mapping = f"/integrations/mappings/{results.mapping_id}/"
    for address in (
        "/integrations/",
        "/integrations/connections/new/",
        "/integrations/connections/new/?kind=mllp_in",
        f"/integrations/connections/{results.pk}/",
        f"/integrations/connections/{results.pk}/edit/",
        f"/integrations/connections/{results.pk}/on/",
        f"/integrations/connections/{orders.pk}/off/",
        f"/integrations/connections/{orders.pk}/pause/",
        "/integrations/mappings/",
        "/integrations/mappings/new/",
        mapping,
        f"{mapping}compare/",
        f"{mapping}try/",
        f"{mapping}edit/results/",
        f"{mapping}edit/authorities/",
        "/integrations/messages/",
        "/integrations/messages/?state=superseded",
        f"/integrations/messages/{dead.message_id}/",
        f"/integrations/messages/{held.message_id}/",
        "/integrations/console/",
    ):
        page.goto(address)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], address
    page.get_by_label("Message").fill(oru("c-9").decode().replace("\r", "\n"))
    page.get_by_role("button", name="Try the message").click()
    expect(page.get_by_role("heading", name="What it would do")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_pages_of_what_did_not_arrive(open_as, violations, ines, zoe, central, signed, size, theme):
    results = a_connection(central, zoe, name="Hospital results")
    Connection.objects.filter(pk=results.pk).update(
        began_at=signed.created_at - timedelta(hours=1), failing_since=timezone.now(), failures=2
    )
    first = a_message(results, case=signed.case, report=signed, state=MessageState.REFUSED, position=1)
    second = a_message(results, control_id="m-2", case=signed.case, report=signed, position=2)
    paused = a_connection(central, zoe, ConnectionKind.FHIR_PUSH, name="Archive", address="https://archive.example")
    Connection.objects.filter(pk=paused.pk).update(
        state=ConnectionState.PAUSED, state_reason="Update", paused_until=timezone.now() + timedelta(hours=1)
    )
    hook = a_connection(central, zoe, ConnectionKind.WEBHOOK, name="Portal", address="https://portal.example")
    page = open_as(ines, size=size, theme=theme)
    for address in (
        "/integrations/",
        f"/integrations/connections/{results.pk}/",
        f"/integrations/connections/{paused.pk}/",
        f"/integrations/connections/{paused.pk}/resume/",
        f"/integrations/connections/{hook.pk}/",
        f"/integrations/connections/{hook.pk}/secret/",
        "/integrations/connections/new/?kind=mllp_out",
        "/integrations/connections/new/?kind=fhir_push",
        "/integrations/connections/new/?kind=webhook",
        f"/integrations/messages/{first.message_id}/",
        f"/integrations/messages/{second.message_id}/",
        "/integrations/messages/?state=stuck",
        "/integrations/reconciliation/",
        f"/integrations/reconciliation/?connection={results.pk}",
        "/integrations/downtime/",
        f"/integrations/downtime/?connection={results.pk}",
    ):
        page.goto(address)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], address
