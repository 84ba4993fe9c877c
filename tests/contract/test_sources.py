"""Computers that send pictures say how they are, and the laboratory sees it."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Source
from accounts.services.sources import MOST_PER_CLIENT
from audit.models import Action, AuditEvent
from tests.contract.conftest import problem_of

pytestmark = pytest.mark.django_db

FIRST = str(uuid.UUID(int=1))


def report(caller, instance=FIRST, **more):
    said = {"instance": instance, "name": "By the window", "version": "1.0.0", "waiting": 3, "held": 2, "refused": 1}
    return caller.put("/sources/self/", said | more)


def events():
    return list(
        AuditEvent.objects.filter(object_type="accounts.source").order_by("pk").values_list("action", flat=True)
    )


def test_a_report_is_kept_and_the_next_one_takes_its_place(lis):
    answer = report(lis)
    assert answer.status_code == 200
    assert answer.json() == {
        "name": "By the window",
        "version": "1.0.0",
        "waiting": 3,
        "held": 2,
        "refused": 1,
        "clock_off_s": None,
        "seen_at": answer.json()["seen_at"],
    }
    report(lis, waiting=0, clock_off_s=-7200)
    source = Source.objects.get()
    assert (source.waiting, source.clock_off_s, source.clock_off_min) == (0, -7200, 120)
    # The trail has which there are, not each report.
    assert events() == [Action.CREATE]
    report(lis, version="1.1.0")
    assert events() == [Action.CREATE, Action.CONFIGURATION]


def test_two_folders_are_two_sources(lis):
    report(lis)
    report(lis, str(uuid.UUID(int=2)))
    assert Source.objects.count() == 2


def test_the_same_folder_of_another_client_is_another(lis, lis_of, hilltop):
    report(lis)
    report(lis_of(hilltop), name="Theirs")
    assert set(Source.objects.values_list("name", flat=True)) == {"By the window", "Theirs"}


def test_a_client_has_no_endless_number_of_them(lis):
    for number in range(1, MOST_PER_CLIENT + 2):
        report(lis, str(uuid.UUID(int=number)))
    assert Source.objects.count() == MOST_PER_CLIENT
    assert not Source.objects.filter(instance=FIRST).exists()
    assert events().count(Action.DELETE) == 1


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("waiting", -1),
        ("held", "many"),
        ("version", "1 <b>"),
        ("name", ""),
        ("instance", "window"),
        ("clock_off_s", 2**40),
    ],
)
def test_what_is_no_report_is_refused(lis, member, value):
    assert member in problem_of(report(lis, **{member: value}), 400)["errors"]
    assert not Source.objects.exists()


def test_the_page_shows_those_of_the_own_laboratory(client, lis, lis_of, lakeside, olga):
    report(lis, clock_off_s=600)
    report(lis_of(lakeside), name="Of another laboratory")
    client.force_login(olga)
    page = client.get("/oversight/sources/").content.decode()
    assert "By the window" in page
    assert "Clock off by 10 min" in " ".join(page.split())
    assert "Of another laboratory" not in page
    assert "Silent" not in page


def test_the_page_says_that_one_is_silent(client, lis, olga):
    report(lis)
    Source.objects.update(seen_at=timezone.now() - timedelta(hours=2))
    client.force_login(olga)
    assert "Silent" in client.get("/oversight/sources/").content.decode()


def test_the_page_says_that_there_is_none(client, olga):
    client.force_login(olga)
    assert "No computer sends pictures by itself yet." in client.get("/oversight/sources/").content.decode()
