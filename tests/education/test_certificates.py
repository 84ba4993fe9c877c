"""A certificate from the result of an attempt to its check, its revocation and the verification."""

import io
import re

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import Role
from audit.models import Action, AuditEvent
from education.models import Certificate, CertificateRequest
from education.presenters.certificates import initials_of
from education.services.certificates import (
    ask_for_certificate,
    decline_certificate,
    issue_certificate,
    prepare_certificate,
    revoke_certificate,
)
from education.verification import check_certificates
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from notices.models import Notification
from reports.canonical import canonical, sha256
from reports.services.check_limit import MOST_A_MINUTE
from tests.factories.teaching import passed_attempt, teaching_set
from tests.people import PASSWORD, laboratory, person
from tests.reports.conftest import needs_pango, proof_of

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def attempt(central, sami, pavel):
    return passed_attempt(sami, central)


@pytest.fixture
def asked(attempt, sami):
    return ask_for_certificate(actor=sami, attempt=attempt.pk)


@pytest.fixture
def issued(asked, pavel, monkeypatch):
    """Issued with a file that stands in for a PDF: what lays it out has a test of its own."""
    monkeypatch.setattr("education.services.certificates.certificate_pdf", lambda content: canonical(content).encode())
    _, _, preview = prepare_certificate(actor=pavel, request=asked.pk)
    return issue_certificate(actor=pavel, request=asked.pk, preview=preview, proof=proof_of(pavel))


def plain(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


@needs_pango
def test_from_the_result_to_the_file(client, attempt, sami, pavel, central):
    central.report_language = "fr"
    central.save()
    client.force_login(sami)
    result = reverse("education:result", args=[attempt.pk])
    assert "Ask for the certificate" in client.get(result).text
    client.post(reverse("education:ask_certificate", args=[attempt.pk]))
    assert "You have asked for the certificate" in client.get(result).text
    client.force_login(pavel, backend=BACKEND)
    request = CertificateRequest.objects.get()
    address = reverse("education:certificate_request", args=[request.pk])
    assert address in client.get(reverse("education:certificates")).text
    page = client.get(address)
    wrong = client.post(address, {"preview": page.context["preview"], "password": "wrong"})
    assert (wrong.status_code, Certificate.objects.count()) == (403, 0)
    assert "Nothing was signed" in wrong.text
    stale = client.post(address, {"preview": "0" * 64, "password": PASSWORD})
    assert (stale.status_code, Certificate.objects.count()) == (409, 0)
    assert client.post(address, {"preview": page.context["preview"], "password": PASSWORD}).status_code == 302

    made = Certificate.objects.get()
    client.force_login(sami)
    file = client.get(reverse("education:certificate_file", args=[made.pk])).content
    assert sha256(file) == made.pdf_hash
    document = PdfReader(io.BytesIO(file))
    assert sha256(document.attachments["certificate.json"][0]) == made.content_hash
    printed = " ".join("".join(page.extract_text() for page in document.pages).split())
    assert str(sami) in printed
    assert f"/check/{made.content_hash}/" in printed.replace(" ", "")
    assert made.content["language"] == "fr"
    assert list(check_certificates()) == []
    assert AuditEvent.objects.filter(action=Action.DOWNLOAD, object_id=str(made.pk)).count() == 1
    revoke_certificate(actor=pavel, certificate=made.pk, reason="Another person answered.")
    marked = client.get(reverse("education:certificate_file", args=[made.pk])).content
    assert marked.startswith(file)
    assert len(marked) > len(file)


def test_what_is_signed_holds_figures_and_no_other_id(issued, sami, pavel, attempt, central):
    content = issued.content
    assert content["figures"]["answers"] == {"right": 96, "n": 100, "percent": "96.0", "low": "90.1", "high": "98.9"}
    assert {each["code"]: (each["right"], each["n"]) for each in content["classes"]} == {
        "neutrophil": (48, 50),
        "monocyte": (48, 50),
    }
    assert (content["name"], content["signature"]["name"]) == (str(sami), str(pavel))
    uuids = re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}", canonical(content))
    assert uuids == [str(issued.pk)]
    assert sha256(canonical(content)) == issued.content_hash


def test_an_attempt_that_does_not_pass_says_what_is_missing(client, sami, central, pavel, attempt):
    attempt.items.filter(position__gt=99).update(skipped=True)
    client.force_login(sami)
    page = plain(client.get(reverse("education:result", args=[attempt.pk])))
    assert "There are 99 answers; 100 are needed." in page
    assert "Ask for the certificate" not in page
    refused = client.post(reverse("education:ask_certificate", args=[attempt.pk]))
    assert (refused.status_code, CertificateRequest.objects.count()) == (409, 0)


def test_who_may_ask_and_who_may_answer(attempt, sami, pavel, ines, nadia, central):
    with pytest.raises(NotFound):
        ask_for_certificate(actor=ines, attempt=attempt.pk)
    asked = ask_for_certificate(actor=sami, attempt=attempt.pk)
    with pytest.raises(Conflict, match="already"):
        ask_for_certificate(actor=sami, attempt=attempt.pk)
    for other in (ines, nadia, sami):
        with pytest.raises(NotFound):
            prepare_certificate(actor=other, request=asked.pk)
    with pytest.raises(PermissionRefused):
        issue_certificate(actor=pavel, request=asked.pk, preview="", proof=proof_of(ines))
    # A pathologist who learns asks a colleague.
    vera = person("Vera", Role.PATHOLOGIST, central)
    own = ask_for_certificate(actor=vera, attempt=passed_attempt(vera, central, title="Course B").pk)
    assert set(CertificateRequest.objects.answerable_by(pavel)) == {asked, own}
    assert set(CertificateRequest.objects.answerable_by(vera)) == {asked}


def test_each_step_is_told_without_names(asked, attempt, sami, pavel, issued, ines):
    def told(who):
        return list(Notification.objects.filter(user=who).order_by("created_at").values_list("text", flat=True))

    assert told(pavel) == ["A training certificate was asked for. It waits for a pathologist."]
    assert not Notification.objects.filter(user=pavel).unread().exists()
    revoke_certificate(actor=ines, certificate=issued.pk, reason="Another person answered.")
    assert [text.split(".")[0] for text in told(sami)] == [
        "Your training certificate is issued",
        "A training certificate of yours was revoked",
    ]
    paths = Notification.objects.filter(user=sami).values_list("path", flat=True)
    assert set(paths) == {reverse("education:certificate", args=[issued.pk])}


def test_who_is_declined_is_told(asked, sami, pavel):
    decline_certificate(actor=pavel, request=asked.pk, reason="Finish the course first.")
    told = Notification.objects.get(user=sami)
    assert (told.path, "Finish" in told.text) == (reverse("education:certificates"), False)


def test_nobody_signs_for_themselves(central, pavel):
    with pytest.raises(Conflict, match="no pathologist"):
        ask_for_certificate(actor=pavel, attempt=passed_attempt(pavel, central).pk)
    alone = person("Una", Role.STUDENT, laboratory("far-laboratory"))
    with pytest.raises(Conflict, match="no pathologist"):
        ask_for_certificate(actor=alone, attempt=passed_attempt(alone, title="Course C").pk)


def test_a_declined_request_gives_its_reason_and_can_be_made_anew(client, asked, attempt, sami, pavel):
    with pytest.raises(Unprocessable):
        decline_certificate(actor=pavel, request=asked.pk, reason=" ")
    client.force_login(pavel, backend=BACKEND)
    given = {"action": "decline", "reason": "Finish the course first."}
    client.post(reverse("education:certificate_request", args=[asked.pk]), given)
    client.force_login(sami)
    assert "Finish the course first." in client.get(reverse("education:result", args=[attempt.pk])).text
    assert "Finish the course first." in client.get(reverse("education:certificates")).text
    assert ask_for_certificate(actor=sami, attempt=attempt.pk).answered_at is None
    assert list(check_certificates()) == []


def test_anybody_checks_it_and_strangers_see_initials(client, issued, sami, ines):
    address = reverse("education:check", args=[issued.content_hash])
    page = plain(client.get(address))
    assert "Valid." in page
    assert initials_of(str(sami)) in page
    assert sami.full_name not in page
    assert "96 of 100" in page
    client.force_login(ines)
    assert sami.full_name in client.get(address).text
    # The page for reports leads here, by either hash.
    for value in (issued.content_hash, issued.pdf_hash):
        assert client.post(reverse("reports:verify"), {"hash": value}).url == address
    assert client.get(reverse("education:check", args=["0" * 64])).status_code == 404


def test_a_revoked_one_says_so_at_once_and_not_by_whom(client, issued, sami, pavel, ines, nadia):
    with pytest.raises(NotFound):
        revoke_certificate(actor=nadia, certificate=issued.pk, reason="No.")
    with pytest.raises(PermissionRefused):
        revoke_certificate(actor=sami, certificate=issued.pk, reason="No.")
    revoke_certificate(actor=ines, certificate=issued.pk, reason="Another person\x00answered.")
    page = plain(client.get(reverse("education:check", args=[issued.content_hash])))
    assert "Revoked." in page
    assert ines.full_name not in page
    assert "Another person answered." not in page
    client.force_login(sami)
    assert "Another person answered." in client.get(reverse("education:certificate", args=[issued.pk])).text
    with pytest.raises(Conflict):
        revoke_certificate(actor=ines, certificate=issued.pk, reason="Again.")
    with pytest.raises(Conflict):
        ask_for_certificate(actor=sami, attempt=issued.attempt_id)
    assert list(check_certificates()) == []


def test_what_is_no_hash_is_not_asked_for(client):
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/check/" + "0" * 63 + "%00/").status_code == 404
    assert not [each for each in asked if "education_certificate" in each["sql"]]


def test_the_check_page_is_asked_so_often_in_a_minute(client):
    address = reverse("education:check", args=["0" * 64])
    for _ in range(MOST_A_MINUTE):
        assert client.get(address).status_code == 404
    assert client.get(address).status_code == 429


def test_what_was_issued_does_not_change_and_tampering_is_told(issued, client):
    with pytest.raises(DatabaseError), transaction.atomic():
        Certificate.objects.filter(pk=issued.pk).update(content={"name": "Another"})
    with pytest.raises(DatabaseError), transaction.atomic():
        Certificate.objects.filter(pk=issued.pk)._raw_delete("default")
    # Whoever gets past the guards is found: here by the file, and by a revocation that nobody gave.
    with issued.pdf.storage.open(issued.pdf.name, "wb") as file:
        file.write(b"%PDF another")
    assert [each.sentence for each in check_certificates()] == ["The PDF is missing or not the one that was signed."]
    assert "Do not rely on it." in client.get(reverse("education:check", args=[issued.content_hash])).text
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE education_certificate SET revoked_because = 'x', revoked_at = issued_at, revoked_by_id = issued_by_id"
        )
    assert "It was changed after it was written." in [each.sentence for each in check_certificates()]


def test_a_set_that_is_too_short_says_so_beforehand(client, sami, central):
    short = teaching_set(laboratory=central, certificate=True, length=40)
    client.force_login(sami)
    assert "it needs at least 100 cells" in plain(client.get(reverse("education:set", args=[short.pk])))
