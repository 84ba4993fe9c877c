"""Text goes over the line compressed, pictures as they lie, and a file that did not change is not sent again."""

import gzip

import pytest

from tests.factories.cases import CaseFactory, SmearImageFactory

GZIP = {"Accept-Encoding": "gzip"}


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.parametrize(
    "address",
    ["/accounts/login/", "/static/css/components.css", "/static/shared/frame.js", "/static/vendor/htmx/htmx.min.js"],
)
def test_text_is_compressed_for_whoever_takes_it(client, db, address):
    plain, compressed = client.get(address), client.get(address, headers=GZIP)
    assert not plain.has_header("Content-Encoding")
    assert compressed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in compressed.headers["Vary"]
    sent = body(compressed)
    assert int(compressed.headers["Content-Length"]) == len(sent)
    assert len(sent) < 0.6 * len(body(plain))
    assert gzip.decompress(sent)


def test_a_script_that_did_not_change_is_not_sent_again(client, db):
    first = client.get("/static/shared/frame.js", headers=GZIP)
    again = client.get("/static/shared/frame.js", headers={**GZIP, "If-Modified-Since": first.headers["Last-Modified"]})
    assert again.status_code == 304
    assert "ETag" not in first.headers


def test_pictures_go_as_they_lie(client, amina, riverside):
    image = SmearImageFactory(case=CaseFactory(clinic=riverside), analysed=True, shown=True)
    client.force_login(amina)
    answer = client.get(f"/images/{image.pk}/thumbnail", headers=GZIP)
    assert answer.status_code == 200
    assert not answer.has_header("Content-Encoding")


def test_answers_of_the_api_are_compressed(client, amina, riverside):
    CaseFactory.create_batch(3, clinic=riverside)
    client.force_login(amina)
    answer = client.get("/api/v1/cases/", headers=GZIP)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert b"accession_number" in gzip.decompress(answer.content)


def test_the_same_page_has_not_always_the_same_size(client, db):
    """Else the size would tell, guess by guess, what a page says (BREACH)."""
    assert len({len(client.get("/accounts/login/", headers=GZIP).content) for _ in range(30)}) > 1
