"""A time on a page is written in UTC and marked for the script that shows it in the time zone of whoever looks."""

import datetime as dt

import pytest
from django.template import Context, Template

EAST = dt.timezone(dt.timedelta(hours=5, minutes=45))


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("{% moment at %}", '<time datetime="2026-02-28T20:45:00+00:00" data-local>28 Feb 2026 20:45 UTC</time>'),
        ('{% moment at "H:i" %}', '<time datetime="2026-02-28T20:45:00+00:00" data-local>20:45 UTC</time>'),
        ("{% moment never %}", ""),
    ],
    ids=["day and time", "time alone", "none"],
)
def test_a_moment(tag, said):
    at = dt.datetime(2026, 3, 1, 2, 30, tzinfo=EAST)
    assert Template("{% load ui %}" + tag).render(Context({"at": at, "never": None})) == said
