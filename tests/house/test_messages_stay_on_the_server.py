"""What a page is about to say may name a patient: it does not travel in a cookie."""

from django.urls import reverse

from tests.factories.cases import CaseFactory


def test_a_message_is_in_no_cookie(client, amina):
    case = CaseFactory(clinic=amina.organisation, created_by=amina)
    client.force_login(amina)
    answer = client.post(reverse("workbench:cancel_case", args=[case.pk]), {"reason": "Wrong tube."})
    assert answer.status_code == 302
    assert "messages" not in answer.cookies
    assert f"{case.accession_number} was cancelled" in client.get(answer.url).content.decode()
