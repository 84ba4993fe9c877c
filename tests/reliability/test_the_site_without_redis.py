"""With Redis away people read, review, sign and verify; images are stored and wait; nobody signs in unguarded."""

import hashlib
import json

import pytest
from celery import current_app

from cases.models import SmearImage
from classifier.services import sweep
from tests.factories.analysed_cases import reviewed_case
from tests.factories.cases import CaseFactory
from tests.factories.smears import drawn_field
from tests.people import PASSWORD
from tests.reports.conftest import needs_pango, signed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_away")]
PAGE = {"headers": {"accept": "text/html"}}


@pytest.fixture
def case(riverside, pavel):
    return reviewed_case(riverside, pavel)


@pytest.fixture
def as_pavel(client, pavel):
    client.force_login(pavel)
    return client


def test_reading(as_pavel, case):
    for address in ("/", f"/cases/{case.pk}/", "/inbox/", "/api/v1/cases/", f"/api/v1/cases/{case.pk}/images/"):
        assert as_pavel.get(address, follow=True).status_code == 200, address
    image = case.images.get()
    assert as_pavel.get(f"/images/{image.pk}/original").status_code == 200


def test_reviewing(as_pavel, case):
    assert as_pavel.get(f"/cases/{case.pk}/review/").status_code == 200
    state = as_pavel.get(f"/cases/{case.pk}/review/state/")
    assert state.status_code == 200
    assert json.loads(state.content)["cells"]


@needs_pango
def test_signing_and_verifying(as_pavel, case, pavel):
    report = signed(case, pavel)
    assert as_pavel.get(f"/reports/{report.pk}/").status_code == 200
    assert as_pavel.get(f"/reports/{report.pk}.pdf").status_code == 200
    answer = as_pavel.post("/verify/", {"hash": report.digest})
    assert answer.status_code == 200
    assert answer.context["answer"].report == report


def test_sign_in_is_refused_with_a_sentence(client, amina):
    page = client.post("/accounts/login/", {"login": amina.email, "password": PASSWORD}, **PAGE)
    assert page.status_code == 503
    assert page["Retry-After"] == "10"
    assert "cannot be checked at the moment" in page.content.decode()
    assert not client.get("/", **PAGE).wsgi_request.user.is_authenticated


@pytest.fixture
def broker_away():
    """The broker is the same Redis: workers are told nothing."""
    before = current_app.conf.broker_url, current_app.conf.broker_transport_options
    impatient = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
    point("redis://127.0.0.1:1/0", {"socket_connect_timeout": 1, **impatient})
    yield
    point(*before)


def point(url, options):
    current_app.conf.update(broker_url=url, broker_write_url=url, broker_transport_options=options)
    current_app._pool = None
    current_app.amqp._producer_pool = None


def test_an_image_is_stored_and_waits_for_the_sweeper(
    client, amina, riverside, broker_away, django_capture_on_commit_callbacks
):
    case = CaseFactory(clinic=riverside)
    client.force_login(amina)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"/api/v1/cases/{case.pk}/images/", {"file": drawn_field(5)}, format="multipart")
    assert answer.status_code == 201, answer.content
    image = SmearImage.objects.get(pk=answer.json()["id"])
    waiting = image.analyses.get()
    assert (image.state, waiting.state, waiting.sent_at) == ("queued", "queued", None)
    with image.original.open("rb") as kept:
        assert hashlib.sha256(kept.read()).hexdigest() == image.sha256

    assert sweep().not_sent == 1
    sent = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(current_app, "send_task", lambda *_, args, **__: sent.append(args))
        sweep()
    assert sent == [[str(image.pk)]]
