"""A birth date is shown as far as it is known (`born`), never by the first day it can be."""

from pathlib import Path

from django.conf import settings


def test_no_template_shows_the_day_itself():
    templates = Path(settings.BASE_DIR, "templates")
    named = [str(path) for path in templates.rglob("*.html") if "patient.birth_date" in path.read_text()]
    # A report's content holds what is known as text; its filters write that in words.
    assert {Path(path).parts[-2] for path in named} <= {"reports", "partials"}
    assert not [path for path in named if "birth_date|date" in Path(path).read_text()]
