"""A time on a page is written in UTC and marked for the script that shows it in the time zone of whoever looks."""

import datetime as dt
import re

import pytest
from django.template import Context, Template
from django.utils.formats import date_format

from deploy.languages import ROOT
from hematovision.formats.en import formats
from hematovision.languages import in_language

EAST = dt.timezone(dt.timedelta(hours=5, minutes=45))


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        (
            "{% moment at %}",
            '<time datetime="2026-02-28T20:45:00+00:00" data-local="minute">28 Feb 2026 20:45 UTC</time>',
        ),
        (
            '{% moment at "TIME_FORMAT" %}',
            '<time datetime="2026-02-28T20:45:00+00:00" data-local="time">20:45 UTC</time>',
        ),
        ("{% moment never %}", ""),
    ],
    ids=["day and time", "time alone", "none"],
)
def test_a_moment(tag, said):
    at = dt.datetime(2026, 3, 1, 2, 30, tzinfo=EAST)
    assert Template("{% load ui %}" + tag).render(Context({"at": at, "never": None})) == said


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "1 Jun 2026 08:05"), ("fr", "1 juin 2026 08:05"), ("es", "1 jun 2026 08:05")],
)
def test_each_language_writes_a_day_in_its_own_way(language, said):
    with in_language(language):
        assert date_format(dt.datetime(2026, 6, 1, 8, 5, tzinfo=dt.UTC), "SHORT_DATETIME_FORMAT") == said


def test_no_page_has_a_date_format_of_its_own():
    """Names of hematovision/formats are; so are the ones programs read."""
    named = re.compile(r"(?:\|date:|\{% moment \S+ )['\"]([^'\"]+)")
    used = {form for path in (ROOT / "templates").rglob("*.*") for form in named.findall(path.read_text("utf-8"))}
    assert used - {"c", "Y-m-d", "Y-m-d H:i:s"} <= {name for name in vars(formats) if name.endswith("_FORMAT")}
