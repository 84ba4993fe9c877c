"""Three months of a laboratory's work: told once, sound to the last row, and there to be seen on the boards."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.demo import seed_people
from accounts.models import User
from audit.models import AuditEvent
from cases.models import Case
from classifier.models import Analysis
from classifier.services import ensure_model
from consult.models import SecondOpinion
from hematovision.errors import PermissionRefused
from inbox.models import Delivery
from oversight.services.turnaround import DAYS, FEWEST_CASES, measure_turnaround
from reports.models import Report
from reports.pdf import pdf_problem
from tests.factories.smears import evaluated_bundle
from workbench.services.demo_clock import set_clock
from workbench.services.demo_day import seed_source
from workbench.services.demo_history import WORKER, seed_history
from workbench.services.demo_plan import WEEKS, Became, history_before

TODAY = dt.date(2026, 11, 30)
needs_pdf = pytest.mark.skipif(bool(pdf_problem()), reason="Signing makes a PDF, and Pango is missing.")


def one_of_each():
    """The first case of everything that can become of one, in the order in which they came."""
    found = {}
    for past in history_before(timezone.now().date()):
        found.setdefault(past.became, past)
    return sorted(found.values(), key=lambda past: past.began)


@pytest.fixture
def told(db, tmp_path):
    cases = one_of_each()
    with set_clock(cases[0].began) as clock:
        seed_people()
        ensure_model(directory=evaluated_bundle(tmp_path / "model"))
        seed_history(clock=clock, cases=cases)
        seed_source(clinic="riverside-clinic", name="Riverside microscope 2", held=1)
    return cases


@needs_pdf
def test_it_holds_and_the_boards_show_it_and_telling_it_again_changes_nothing(told, client, capsys):
    assert {past.became for past in told} == set(Became)
    assert sorted(Case.objects.values_list("state", flat=True)) == ["delivered"] * 5 + ["rejected"]
    assert sorted(Report.objects.values_list("kind", flat=True)) == ["corrected"] + ["original"] * 5
    assert not Delivery.objects.filter(settled_at__isnull=True).exists()
    assert SecondOpinion.objects.get().state in {"adjudicated", "closed"}
    assert {case.submitted_at.date() for case in Case.objects.all()} == {past.began.date() for past in told}
    times = list(AuditEvent.objects.order_by("pk").values_list("at", flat=True))
    assert times == sorted(times)
    assert max(times) < timezone.now()
    assert set(Analysis.objects.values_list("worker", flat=True)) == {WORKER}

    capsys.readouterr()
    call_command("verify_all")
    said = capsys.readouterr().out.splitlines()
    assert [line for line in said if not line.endswith("holds")] == []

    before = AuditEvent.objects.count()
    with set_clock(told[0].began) as clock:
        assert seed_history(clock=clock, cases=told) == 0
    assert AuditEvent.objects.count() == before

    measure_turnaround()
    client.force_login(User.objects.get(email="administrator@central-laboratory.example"))
    for address, words in BOARDS.items():
        page = client.get(address)
        assert page.status_code == 200, address
        assert words in page.content.decode(), address


BOARDS = {
    "/oversight/agreement/": "Moticam 5+",
    "/oversight/rejections/?days=365": "1 of 6 rejected",
    "/oversight/turnaround/?days=365": "Waiting for the clinic to take a field again",
    "/oversight/sources/": "Silent",
}


@pytest.mark.parametrize("day", range(7))
def test_the_weeks_have_what_the_boards_ask_for(day):
    """Whatever the weekday on which an installation begins."""
    today = TODAY + dt.timedelta(days=day)
    told = history_before(today)

    recent = [past for past in told if past.began.date() > today - dt.timedelta(days=DAYS)]
    signed = [past for past in recent if past.became is not Became.REJECTED]
    assert sum(past.priority == "routine" for past in signed) >= FEWEST_CASES
    assert len(told) >= 35
    assert {past.week for past in told} == set(range(1, WEEKS + 1))
    assert all(past.began.date() < today for past in told)
    assert len({past.accession_number for past in told}) == len(told)
    assert {past.bench.clinic for past in told} == {"riverside-clinic", "hilltop-clinic"}
    assert [past.began for past in told] == sorted(past.began for past in told)
    assert {past.became for past in told} == set(Became)
    assert max(past.decline for past in told) > 0
    late = [past.became for past in told if past.waits + past.away > dt.timedelta(days=2)]
    assert 3 <= len(late) <= len(told) / 5
    assert {Became.SIGNED, Became.RETAKEN, Became.OPINION} <= set(late)
    assert history_before(today) == told


def test_the_clock_shows_the_past_for_as_long_as_the_block_lasts():
    now = timezone.now()
    at = now - dt.timedelta(days=40)
    with set_clock(at) as clock:
        assert timezone.now() == at
        assert User().date_joined == at
        clock.advance(at - dt.timedelta(days=1))
        assert timezone.now() == at
        clock.pass_by(dt.timedelta(days=1))
        assert timezone.localtime() == at + dt.timedelta(days=1)
        clock.advance(now + dt.timedelta(days=1))
        assert timezone.now() - now < dt.timedelta(hours=1)
    assert timezone.now() > now


def test_a_real_installation_has_no_such_clock(settings):
    settings.DEMO_ACCOUNTS = False
    with pytest.raises(PermissionRefused), set_clock(dt.datetime(2026, 9, 1, tzinfo=dt.UTC)):
        pass
