"""What every page tells the browser it may do."""

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db

ANSWERS = ["/accounts/login/", "/no-such-page/", "/livez", "/api/v1/", "/api/v1/cases/", "/static/shared/theme.js"]


@pytest.fixture
def answer():
    return Client().get(reverse("account_login"))


@pytest.fixture
def ask():
    """Return a function that asks for an address; static files among the answers are closed in the end."""
    answers = []

    def asked(address, method="GET", **kwargs):
        answers.append(Client().generic(method, address, **kwargs))
        return answers[-1]

    yield asked
    for one in answers:
        one.close()


@pytest.mark.parametrize("address", ANSWERS)
def test_every_answer_says_what_a_browser_may_do_with_it(ask, address):
    headers = ask(address).headers
    policy = headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(policy)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    # It says what a document may do. Scripts and styles have none, and the page that loads them says it.
    assert address.startswith("/static/") or {"geolocation=()", "camera=()"} <= set(
        headers["Permissions-Policy"].split(", ")
    )
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize("address", ANSWERS)
def test_texts_name_their_character_set(ask, address):
    kind = ask(address).headers["Content-Type"].replace('"', "")
    assert kind.startswith("application/") or kind.endswith("charset=utf-8")


@pytest.mark.parametrize("address", ANSWERS)
def test_nothing_is_echoed_to_a_trace(ask, address):
    answer = ask(address, "TRACE", headers={"X-Secret": "Smear-4711"})
    assert answer.status_code in {401, 404, 405}
    assert b"Smear-4711" not in b"".join(answer)


@pytest.mark.parametrize("address", ["/.git/config", "/.env", "/static/", "/media/", "/manage.py"])
def test_nothing_beside_the_pages_is_served(address):
    assert Client().get(address).status_code == 404


def test_scripts_and_styles_only_from_here(answer):
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in policy


def test_the_web_process_never_imports_tensorflow():
    import subprocess
    import sys

    code = (
        "import hematovision.wsgi, hematovision.urls, sys; print('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("address", "may"), [("/cases/new/", "camera=(self)"), ("/orders/new/", "camera=(self)"), ("/", "camera=()")]
)
def test_only_pages_that_use_the_camera_may_ask_for_it(client, amina, address, may):
    client.force_login(amina)
    assert may in client.get(address).headers["Permissions-Policy"].split(", ")
