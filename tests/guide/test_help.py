"""Help is a page a task, found by its words in the language of the page, and open to everybody."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.utils.translation import override

from accounts.models import Role
from guide import help_search
from guide.help_pages import PAGES, in_order_for, page_for
from guide.help_search import _text_of, find_help
from tests.in_french import speak_french

pytestmark = pytest.mark.django_db

HELP = "/help/"
STATIC = settings.BASE_DIR / "static"


def found(asked):
    return [each.page.slug for each in find_help(asked)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.slug)
def test_every_page_opens_for_somebody_who_is_not_signed_in(client, page):
    body = client.get(f"{HELP}{page.slug}/").content.decode()
    assert f"<h1>{page.title}</h1>" in body
    assert body.count("<h2>") >= 2


def test_a_picture_is_there_small_and_described():
    shown = [page for page in PAGES if page.alt]
    assert [page.slug for page in PAGES if page not in shown] == ["work-on-a-bad-line"]
    for page in shown:
        assert (STATIC / page.picture).stat().st_size <= 40_000, page.slug


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SERVICE])
def test_every_role_has_pages_of_its_own_first(role):
    own, others = in_order_for(role)
    assert len(own) >= 3
    assert set(own) | set(others) == set(PAGES)


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("invite a person", "invite-somebody"),
        ("keys", "review-by-keyboard"),
        ("correction", "sign-and-correct"),
        ("CRITICAL results", "acknowledge-a-result"),
        ("hl7", "connect-a-lis"),
        ("recovery code", "protect-your-account"),
        ("heat map", "try-a-picture"),
        ("join code", "teach-a-class"),
        ("consent of a clinic", "teach-a-class"),
        ("revoke a certificate", "certificates-and-tests"),
        ("proficiency test", "certificates-and-tests"),
        ("class list", "teach-a-class"),
    ],
)
def test_a_page_is_found_by_what_somebody_asks(asked, first):
    assert found(asked)[0] == first


def test_a_page_with_more_of_the_words_comes_first():
    assert found("signed report correction")[0] == "sign-and-correct"
    assert found("zebra") == []


def test_a_page_with_some_of_the_words_is_left_out_beside_one_with_all():
    assert "connect-a-lis" not in found("heat map")
    assert "send-a-smear" not in found("join code")


def test_a_beginning_counts_from_three_letters_on():
    assert found("recal") == found("recalled")
    assert found("zq") == found("hl") == []


@pytest.fixture
def read_anew():
    """The words of the pages are read anew, and again after the test."""
    _text_of.cache_clear()
    yield
    _text_of.cache_clear()


@pytest.mark.parametrize("asked", ["clé d'accès", "cle acces", "CONTRASEÑA", "contrasena olvidada"])
def test_french_and_spanish_are_found_with_and_without_accents(monkeypatch, read_anew, asked):
    texts = {PAGES[-1].template: "<p>La clé d'accès d'un étudiant.</p><p>¿Contraseña olvidada?</p>"}
    monkeypatch.setattr(help_search, "render_to_string", lambda name: texts.get(name, "<p>L'accueil, cargar</p>"))
    assert found(asked) == ["protect-your-account"]


@pytest.fixture
def french(monkeypatch, read_anew):
    """A French in which every sentence begins with `fr!`; the words of the pages are read anew."""
    speak_french(monkeypatch)


def test_the_language_of_the_page_is_searched(french):
    assert len(found("fr")) < len(PAGES)
    with override("fr"):
        assert len(found("fr")) == len(PAGES)


def test_the_search_needs_no_script_and_leaves_no_trace_in_the_address(client):
    answer = client.post(HELP, {"q": "second opinion"})
    assert answer.request["QUERY_STRING"] == ""
    body = answer.content.decode()
    assert "Ask for a second opinion" in body
    assert "Send a smear" not in body


def test_nothing_found_says_so_and_shows_all(client):
    body = client.post(HELP, {"q": "<zebra>"}).content.decode()
    assert "Nothing was found" in body
    assert "&lt;zebra&gt;" in body
    assert "Send a smear" in body


@pytest.mark.parametrize(
    ("path", "role", "slug"),
    [
        ("/", "uploader", "send-a-smear"),
        ("/", "pathologist", "review-by-keyboard"),
        ("/", "student", "learn-cells"),
        ("/learn/teach/classes/", "pathologist", "teach-a-class"),
        ("/learn/certificates/", "student", "certificates-and-tests"),
        ("/integrations/messages/", "administrator", "connect-a-lis"),
        ("/oversight/audit/", "auditor", "read-the-audit-trail"),
        ("/oversight/agreement/cells/", "auditor", "watch-the-model"),
    ],
)
def test_each_place_leads_to_its_page(path, role, slug):
    assert page_for(path, role).slug == slug


def test_the_sheet_leads_to_the_page_of_the_place(client, ines):
    client.force_login(ines)
    assert '<a href="/help/connect-a-lis/">Connect a LIS</a>' in client.get("/integrations/").content.decode()


def test_the_page_leads_to_where_the_task_is_done_by_whom_it_is_done(client, amina, pavel):
    link = 'href="/cases/new/">Go to the page'
    client.force_login(amina)
    assert link in client.get("/help/send-a-smear/").content.decode()
    client.force_login(pavel)
    assert link not in client.get("/help/send-a-smear/").content.decode()
