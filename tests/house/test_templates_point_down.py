"""A page shows parts of its own app and of those below it, as the imports do."""

import re
import tomllib

import pytest
from django.conf import settings
from django.template import engines

TEMPLATES = settings.BASE_DIR / "templates"
LOAD = re.compile(r"{% load ([^%]+) %}")
PART = re.compile(r"{% (?:include|extends) \"([a-z_]+)/[^\"]+\"")


def layers():
    """Height by app, the lowest first; those side by side have the same."""
    contracts = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (column,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    return {app.strip(): height for height, layer in enumerate(reversed(column)) for app in layer.split(":")}


HEIGHT = layers()
APPS = [app for app in HEIGHT if (TEMPLATES / app).is_dir()]


def apps_shown_by(source):
    """The apps whose tags or parts a template takes; the site's own parts belong to none."""
    libraries = engines["django"].engine.libraries
    for names in LOAD.findall(source):
        yield from (libraries[name].partition(".")[0] for name in names.split())
    yield from PART.findall(source)


def test_most_apps_have_templates():
    assert len(APPS) >= 9


@pytest.mark.parametrize("app", APPS)
def test_templates_of_an_app_take_nothing_from_an_app_above_it(app):
    above = {
        (str(path.relative_to(TEMPLATES)), shown)
        for path in (TEMPLATES / app).rglob("*.html")
        for shown in apps_shown_by(path.read_text())
        if HEIGHT.get(shown, 0) > HEIGHT[app]
    }
    assert above == set()
