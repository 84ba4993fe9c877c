"""Requests are counted by view, method and status, and nothing a caller makes up becomes a series."""

import pytest
from django.test import Client
from django.urls import get_resolver

from tests.permissions.test_every_route_is_listed import routes

pytestmark = pytest.mark.django_db

REQUESTS = "hematovision_http_requests_total"


def test_a_request_counts_under_its_view(scrape):
    before = scrape().value(REQUESTS, view="livez", method="GET", status="200") or 0
    Client().get("/livez")
    Client().get("/livez?patient=Sample")
    after = scrape()
    assert after.value(REQUESTS, view="livez", method="GET", status="200") == before + 2
    assert after.value("hematovision_http_request_seconds_count", view="livez") >= 2
    assert "Sample" not in after.text


def test_refusals_count_with_their_status(scrape):
    before = scrape().value(REQUESTS, view="workbench:worklist", method="GET", status="302") or 0
    Client().get("/")
    assert scrape().value(REQUESTS, view="workbench:worklist", method="GET", status="302") == before + 1


def test_an_address_that_is_none_names_nothing(scrape):
    Client().get("/patients/Sample-One-1970/")
    found = scrape()
    assert found.value(REQUESTS, view="none", method="GET", status="404") >= 1
    assert "Sample-One" not in found.text


def test_made_up_methods_are_one_series(scrape):
    for method in ("BREW", "WHEN", "PROPFIND"):
        Client().generic(method, "/livez")
    found = scrape()
    assert "BREW" not in found.text
    assert found.value(REQUESTS, view="livez", method="other", status="405") >= 3


def test_labels_are_views_of_the_site(scrape):
    # With the one of one's own machine, which another test of this process may have asked for.
    known = {name for name, _ in routes(get_resolver("hematovision.local_urls"))} | {"none"}
    views = {sample.labels["view"] for sample in scrape().families["hematovision_http_requests"].samples}
    unknown = {view for view in views - known if not view.startswith("admin:")}
    assert unknown == set()
