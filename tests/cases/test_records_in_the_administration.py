"""The administration shows the records of one's laboratory, changes nothing and leaves an audit trail."""

from __future__ import annotations

import pytest
from django.urls import reverse

from audit.models import AuditEvent
from tests.factories.cases import CaseFactory, CellFactory, SmearImageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def records(riverside, lakeside):
    """One case, image and cell at each of two laboratories: ours, theirs."""
    made = []
    for clinic in (riverside, lakeside):
        case = CaseFactory(clinic=clinic, ready=True)
        image = SmearImageFactory(case=case, analysed=True, shown=True)
        made.append({"case": case, "smearimage": image, "cell": CellFactory(image=image)})
    return made


@pytest.fixture
def page(client, ines):
    """Ask for an admin page as the administrator of central-laboratory."""
    client.force_login(ines)

    def ask(name, *args):
        return client.get(reverse(f"admin:cases_{name}", args=args))

    return ask


@pytest.mark.parametrize("model", ["case", "smearimage", "cell"])
def test_the_list_shows_ones_own_laboratory(page, records, model, ines):
    ours, theirs = (made[model] for made in records)
    response = page(f"{model}_changelist")
    assert response.status_code == 200
    assert str(ours.pk) in response.text
    assert str(theirs.pk) not in response.text
    event = AuditEvent.objects.order_by("-id")[0]
    assert (event.action, event.object_type, event.after) == ("view", f"cases.{model}", {"listed": 1})
    assert event.actor_id == ines.pk


@pytest.mark.parametrize("model", ["case", "smearimage", "cell"])
def test_one_record_is_shown_without_a_way_to_change_it(page, records, model):
    ours, theirs = (made[model] for made in records)
    response = page(f"{model}_change", ours.pk)
    assert response.status_code == 200
    assert 'name="_save"' not in response.text
    assert "Okonkwo" not in response.text
    event = AuditEvent.objects.order_by("-id")[0]
    assert (event.action, event.object_id) == ("view", str(ours.pk))
    assert event.patient_id == records[0]["case"].patient_id
    assert page(f"{model}_change", theirs.pk).status_code == 302


@pytest.mark.parametrize("model", ["case", "smearimage", "cell"])
def test_nothing_is_added_changed_or_removed(page, client, records, model):
    ours = records[0][model]
    assert page(f"{model}_add").status_code == 403
    assert page(f"{model}_delete", ours.pk).status_code == 403
    assert client.post(reverse(f"admin:cases_{model}_change", args=[ours.pk]), {}).status_code == 403


@pytest.mark.parametrize("who", ["amina", "pavel", "olga", "sami"])
def test_others_have_no_administration(client, request, who):
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse("admin:cases_case_changelist")).status_code in {302, 403}
