"""What waits comes first; the page of one report shows it, takes the acknowledgement and says what is wrong with it."""

from __future__ import annotations

import pytest

from accounts.models import Role
from audit.models import AuditEvent
from inbox.models import Acknowledgement, Delivery
from inbox.services import acknowledge
from notices.models import Notification
from reports.models import ReportKey
from tests.factories.cases import CaseFactory
from tests.factories.reports import NEUTROPENIC, signed_report
from tests.pages import text
from tests.people import person

pytestmark = pytest.mark.django_db


def listed(response):
    return [delivery.case.accession_number for delivery in response.context["page"]]


@pytest.fixture
def three(amina, pavel):
    """One report that was acknowledged, one that waits, one critical that waits."""
    made = []
    for number, counts in (("DONE", None), ("WAITS", None), ("CRITICAL", NEUTROPENIC)):
        case = CaseFactory(clinic=amina.organisation, accession_number=number, in_review=True)
        report = signed_report(case, pavel, counts=counts)
        made.append(Delivery.objects.get(report=report))
    acknowledge(actor=amina, delivery=made[0], read_back={})
    return made


def test_critical_first_and_what_is_done_apart(client, amina, pavel, three):
    client.force_login(amina)
    assert listed(client.get("/inbox/")) == ["CRITICAL", "WAITS"]
    assert listed(client.get("/inbox/?show=done")) == ["DONE"]
    assert listed(client.get("/inbox/?show=all")) == ["CRITICAL", "WAITS", "DONE"]
    assert listed(client.get("/inbox/?show=nonsense")) == ["CRITICAL", "WAITS"]
    # Among what is not critical the priority of the case decides, not what came last.
    urgent = CaseFactory(clinic=amina.organisation, accession_number="STAT", in_review=True, priority="stat")
    signed_report(urgent, pavel)
    signed_report(CaseFactory(clinic=amina.organisation, accession_number="LAST", in_review=True), pavel)
    assert listed(client.get("/inbox/")) == ["CRITICAL", "STAT", "LAST", "WAITS"]


def test_the_place_counts_what_waits(client, amina, pavel, three):
    client.force_login(amina)
    assert '2<span class="visually-hidden"> to acknowledge</span>' in text(client.get("/"))
    client.force_login(pavel)
    assert "to acknowledge</span>" not in text(client.get("/"))


def test_another_clinic_sees_nothing_of_it(client, bora, three):
    client.force_login(bora)
    assert listed(client.get("/inbox/?show=all")) == []
    assert client.get(f"/inbox/{three[1].pk}/").status_code == 404
    assert client.post(f"/inbox/{three[1].pk}/acknowledge/").status_code == 404


def test_the_laboratory_sees_what_was_sent_and_acknowledges_nothing(client, pavel, three):
    client.force_login(pavel)
    page = client.get("/inbox/")
    assert listed(page) == ["CRITICAL", "WAITS"]
    assert "Reports sent" in text(page)
    assert "<form" not in text(client.get(f"/inbox/{three[1].pk}/")).split("<main")[1]
    assert client.post(f"/inbox/{three[1].pk}/acknowledge/").status_code == 403
    three[1].refresh_from_db()
    assert three[1].opened_at is None


@pytest.mark.parametrize("rows", [2, 9])
def test_queries_do_not_grow_with_rows(client, amina, pavel, rows, django_assert_max_num_queries):
    for _ in range(rows):
        signed_report(CaseFactory(clinic=amina.organisation, in_review=True), pavel)
    client.force_login(amina)
    client.get("/inbox/")
    with django_assert_max_num_queries(23):
        assert len(listed(client.get("/inbox/"))) == rows


def test_opening_shows_the_result_and_counts(client, amina, critical):
    client.force_login(amina)
    page = text(client.get(f"/inbox/{critical.pk}/"))
    assert critical.case.patient.full_name in page
    assert "0.31" in page
    assert "Critical" in page
    assert "As counted." in page
    critical.refresh_from_db()
    assert critical.opened_by == amina
    assert AuditEvent.objects.filter(action="view", object_id=str(critical.pk), actor_id=amina.pk).exists()
    # Who came here by another way than the notification has seen what it says.
    assert not Notification.objects.unread().filter(user=amina).exists()


def test_acknowledging_with_a_wrong_and_then_the_right_value(client, amina, critical):
    client.force_login(amina)
    address = f"/inbox/{critical.pk}/acknowledge/"
    answer = client.post(address, {"read-neutrophils_absolute": "3.1"})
    assert answer.status_code == 422
    assert "This is not what the report says." in text(answer)
    assert 'value="3.1"' in text(answer)
    assert not Acknowledgement.objects.exists()
    assert client.post(address, {"read-neutrophils_absolute": "0.31"}).status_code == 302
    assert "With the critical result read back." in text(client.get(f"/inbox/{critical.pk}/"))


def test_a_corrected_report_says_what_changed_and_why(client, amina, delivery, sent):
    corrected = sent(kind="corrected", counts={"neutrophil": 55, "lymphocyte": 35, "monocyte": 10}, reason="Recount.")
    client.force_login(amina)
    page = text(client.get(f"/inbox/{corrected.pk}/"))
    assert "What changed since version 1" in page
    assert "Recount." in page
    assert "60 % (n 60" in page
    assert "55 % (n 55" in page
    old = text(client.get(f"/inbox/{delivery.pk}/"))
    assert "Superseded by version 2." in old
    assert "acknowledge/" not in old
    assert client.post(f"/inbox/{delivery.pk}/acknowledge/").status_code == 409


def test_a_withdrawn_report_shows_no_result(client, amina, delivery, sent):
    withdrawn = sent(kind="withdrawn", reason="Slide of another patient.")
    client.force_login(amina)
    page = text(client.get(f"/inbox/{withdrawn.pk}/"))
    assert "Do not use any version of it." in page
    assert "Differential" not in page.split("<main")[1].split("</main")[0]
    assert client.post(f"/inbox/{withdrawn.pk}/acknowledge/", {"read-withdrawn": "Withdrawn"}).status_code == 302


def test_an_altered_report_is_shown_as_altered(client, amina, delivery):
    ReportKey.objects.filter(report=delivery.report).update(wrapped="altered")
    client.force_login(amina)
    page = text(client.get(f"/inbox/{delivery.pk}/"))
    assert "This report is not what was signed." in page
    assert "As counted." not in page
    assert client.post(f"/inbox/{delivery.pk}/acknowledge/").status_code == 409


def test_the_case_page_says_who_has_the_report(client, amina, pavel, delivery):
    client.force_login(pavel)
    assert "Not opened" in text(client.get(f"/cases/{delivery.case_id}/"))
    client.force_login(amina)
    page = text(client.get(f"/cases/{delivery.case_id}/"))
    assert "Read and acknowledge" in page
    acknowledge(actor=amina, delivery=delivery, read_back={})
    client.force_login(pavel)
    page = text(client.get(f"/cases/{delivery.case_id}/"))
    assert "by Amina Riverside" in page
    assert "Read and acknowledge" not in page


def test_a_look_at_the_report_itself_counts_as_opened(
    client, amina, pavel, delivery, django_capture_on_commit_callbacks
):
    address = f"/reports/{delivery.report_id}/"
    for user in (pavel, amina):
        client.force_login(user)
        with django_capture_on_commit_callbacks(execute=True):
            assert client.get(address).status_code == 200
        delivery.refresh_from_db()
        assert delivery.opened_by == (amina if user == amina else None)
    assert delivery.case.state == "delivered"


def test_limits_are_set_by_administrators_and_read_by_the_laboratory(client, ines, pavel, amina, central):
    client.force_login(amina)
    assert client.get("/inbox/critical-limits/").status_code == 403
    client.force_login(pavel)
    page = text(client.get("/inbox/critical-limits/"))
    assert "Below 0.5, or 50 and above" in page
    assert "<input" not in page.split("<main")[1]
    given = {"neutrophils_absolute-low": "1,0", "neutrophils_absolute-high": ""}
    assert client.post("/inbox/critical-limits/", given).status_code == 403
    client.force_login(ines)
    assert client.post("/inbox/critical-limits/", given).status_code == 302
    assert central.critical_limits.limits == {"neutrophils_absolute": {"low": "1.0", "high": ""}}
    event = AuditEvent.objects.filter(action="configuration", object_type="inbox.criticallimits").get()
    assert (event.before, event.laboratory_id) == (None, central.pk)


@pytest.mark.parametrize(
    ("low", "high", "sentence"),
    [
        ("abc", "", "Type a number, or leave it empty."),
        ("-1", "", "Type a number from 0 to 1000."),
        ("", "NaN", "Type a number from 0 to 1000."),
        ("5", "4", "The lower limit must be below the upper one."),
    ],
)
def test_limits_that_make_no_sense_are_refused(client, ines, low, high, sentence):
    client.force_login(ines)
    answer = client.post(
        "/inbox/critical-limits/", {"neutrophils_absolute-low": low, "neutrophils_absolute-high": high}
    )
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert f'value="{low or high}"' in text(answer)


def test_an_uploader_of_the_laboratory_has_an_inbox_of_their_own(client, central, pavel):
    own = person("Umar", Role.UPLOADER, central)
    signed_report(CaseFactory(clinic=central, laboratory=central, created_by=own, in_review=True), pavel)
    client.force_login(own)
    assert len(listed(client.get("/inbox/"))) == 1


def test_platelets_are_named_only_where_one_was_seen(client, amina, pavel):
    """A nought would read as thrombocytopenia: platelets are not counted on a smear."""
    client.force_login(amina)
    pages = []
    for counts in ({"neutrophil": 100}, {"neutrophil": 100, "platelet": 2}):
        report = signed_report(CaseFactory(clinic=amina.organisation, in_review=True), pavel, counts=counts)
        pages.append(text(client.get(f"/inbox/{Delivery.objects.get(report=report).pk}/")))
    assert "Platelets seen" not in pages[0]
    assert "Platelets seen 2" in " ".join(pages[1].split())
