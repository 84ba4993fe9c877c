"""The API's pages work under our content security policy and try requests with the session of who views them."""

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_signed_in_person_sees_and_tries_an_operation(open_as, amina):
    page = open_as(amina)
    page.goto("/api/v1/docs/")
    operation = page.locator(".opblock", has_text="Find cases")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table .response-col_status")
    answer.last.wait_for()
    assert "200" in operation.locator(".live-responses-table").inner_text()


def test_everybody_may_read_the_description(open_as):
    page = open_as(None, theme="dark")
    page.goto("/api/v1/docs/")
    page.locator(".opblock").first.wait_for()
    assert page.locator(".opblock").count() >= 13
    assert "dark-mode" in page.locator("html").get_attribute("class")
