"""The example in docs/lis.md is sent as it stands there, and answered as it says there."""

import re

import pytest
from django.conf import settings

from cases.models import Order

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_example_places_an_order(running, connection):
    text = (settings.BASE_DIR / "docs" / "lis.md").read_text()
    (example,) = re.findall(r"```\n(MSH\|.*?)```", text, re.DOTALL)
    msh = example.split("|")
    connection.their_application, connection.their_facility = msh[2:4]
    connection.our_application, connection.our_facility = msh[4:6]
    connection.save()
    answer = running.sender(connection).send(example.replace("\n", "\r").encode())
    assert f"MSA|{answer.code}|{answer.control_id}|{answer.said}" in text
    assert answer.code == "AA"
    assert Order.objects.get().priority == "stat"
