"""The order over FHIR of docs/lis.md does what is written there, against a running server."""

import re

import pytest
from django.conf import settings

from cases.models import Order
from tests.contract.conftest import ALL_SCOPES, new_client, token_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

(ORDER,) = re.findall(r"```python\n(.*?)```", (settings.BASE_DIR / "docs" / "lis.md").read_text(), re.DOTALL)


def test_an_order_is_placed_once(live_server, riverside, capsys):
    token = token_of(new_client(riverside.slug, *ALL_SCOPES)).json()["access_token"]
    names = {"SITE": live_server.url, "TOKEN": token}
    told = []
    for _ in range(2):
        exec(ORDER, names)  # noqa: S102 - what the document tells its readers to run
        told.append(capsys.readouterr().out.split())
    order = Order.objects.get()
    assert (order.placer_namespace, order.placer_number) == ("2.16.756.5.30.1.1", "P-2026-000124")
    assert (order.patient.mrn, order.specimen_id, order.priority) == ("4711", "T-2026-7", "urgent")
    assert [one[:2] for one in told] == [["201", "Created"], ["200", "OK"]]
    assert told[0][2:] == told[1][2:]
    assert told[0][2].endswith(f"/fhir/r4/ServiceRequest/{order.pk}")
