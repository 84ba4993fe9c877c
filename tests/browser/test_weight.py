"""What goes over the line, so that the pages come over 64 kbit/s: bytes as they are sent, headers with them."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler

from cases.services.images import make_display_copy
from tests.browser.conftest import PHONE
from tests.factories.cases import CaseFactory, SmearImageFactory

KB = 1024
FIELDS = Path(__file__).parents[1] / "fixtures" / "bccd_fields"


@pytest.fixture
def weighed(open_as, monkeypatch):
    """`weighed(user)` -> a phone's page, and the bytes that each answer to it took by address, which grow as it is used.

    Static files come through the middleware, as `make run` sends them; the test's server would send them as they lie.
    """
    monkeypatch.setattr(StaticFilesHandler, "_should_handle", lambda *_: False)

    def open_(user):
        page = open_as(user, size=PHONE)
        addresses: dict[str, str] = {}
        sizes: defaultdict[str, int] = defaultdict(int)
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        network.on(
            "Network.requestWillBeSent", lambda sent: addresses.update({sent["requestId"]: sent["request"]["url"]})
        )

        def finished(event):
            sizes[addresses.get(event["requestId"], "?")] += int(event["encodedDataLength"])

        network.on("Network.loadingFinished", finished)
        return page, sizes

    return open_


def taken(page, sizes, address):
    """The bytes that opening `address` took, by address."""
    page.wait_for_load_state("networkidle")
    sizes.clear()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return dict(sizes)


@pytest.fixture
def case_of_ten_fields(riverside, amina):
    """A draft with ten fields, their copies made."""
    case = CaseFactory(clinic=riverside, created_by=amina)
    for number, path in enumerate(sorted(FIELDS.glob("*.jpg"))[:10], start=1):
        make_display_copy(SmearImageFactory(case=case, ordinal=number, analysed=True, content=path.read_bytes()))
    return case


def test_the_first_visit(weighed, transactional_db):
    page, sizes = weighed(None)
    assert sum(taken(page, sizes, "/accounts/login/").values()) <= 250 * KB


def test_the_first_page_after_signing_in_and_those_after_it(weighed, amina, riverside):
    for _ in range(10):
        CaseFactory(clinic=riverside, submitted=True)
    page, sizes = weighed(amina)
    assert sum(taken(page, sizes, "/").values()) <= 250 * KB
    for address in ("/", "/?state=open", "/inbox/", "/orders/", "/notifications/", "/cases/new/"):
        assert sum(taken(page, sizes, address).values()) <= 40 * KB, address


def test_a_case_with_ten_fields(weighed, amina, case_of_ten_fields):
    """What sends files comes with the first draft: it has to be there before the line drops. It weighs 10 KB, once."""
    page, sizes = weighed(amina)
    taken(page, sizes, "/cases/new/")
    address = f"/cases/{case_of_ten_fields.pk}/"
    first = taken(page, sizes, address)
    pictures = {address: size for address, size in first.items() if address.endswith("/thumbnail")}
    assert pictures
    assert max(pictures.values()) <= 8 * KB
    assert sum(first.values()) - sum(pictures.values()) <= 46 * KB
    again = taken(page, sizes, address)
    assert sum(size for sent, size in again.items() if sent not in pictures) <= 40 * KB


def test_photographing_a_case_with_ten_fields(weighed, amina, case_of_ten_fields):
    page, sizes = weighed(amina)
    taken(page, sizes, f"/cases/{case_of_ten_fields.pk}/")
    found = taken(page, sizes, f"/cases/{case_of_ten_fields.pk}/capture/")
    scripts = sum(size for address, size in found.items() if address.endswith(".js"))
    assert 0 < scripts <= 120 * KB


def test_asking_whether_a_case_moved_on(weighed, amina, riverside):
    case = CaseFactory(clinic=riverside, analysing=True)
    SmearImageFactory(case=case)
    page, _ = weighed(amina)
    page.goto(f"/cases/{case.pk}/")
    with page.expect_response(lambda answer: "/live/" in answer.url) as asked:
        pass
    assert asked.value.status == 204
    size = asked.value.request.sizes()
    assert size["responseHeadersSize"] + size["responseBodySize"] <= 1.5 * KB


def test_a_device_that_asks_for_less_gets_pictures_when_it_asks_for_them(open_as, amina, case_of_ten_fields):
    page = open_as(amina, size=PHONE)
    page.set_extra_http_headers({"Save-Data": "on"})
    page.goto(f"/cases/{case_of_ten_fields.pk}/")
    assert page.locator(".field-thumb img").count() == 0
    page.get_by_role("link", name="Show the pictures").click()
    page.wait_for_url(f"**/cases/{case_of_ten_fields.pk}/")
    assert page.locator(".field-thumb img").count() == 10
