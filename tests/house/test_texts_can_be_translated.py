"""Whatever people read stands in a catalogue, whole, in every language that is said to be complete."""

import re

import polib
import pytest
from django.conf import settings

from deploy.languages import COMPLETE, DOMAINS, LANGUAGES, ROOT, catalogue
from tests.house.untranslated import untranslated

APPS = [*sorted(path.parent.name for path in ROOT.glob("*/apps.py")), "hematovision"]
PLACEHOLDER = re.compile(r"""%\(\w+\)[a-z]|%%|%[sd]|\{\w*\}|</?\w+|\b(?:href|class|datetime)="[^"]*["]""")


def _fits(entry):
    """Whether a translation has the placeholders and the markup of its sentence; for one, two or none a plural may say less."""
    if not entry.msgid_plural:
        return entry.msgstr == "" or _put_in(entry.msgstr) == _put_in(entry.msgid)
    forms = [entry.msgstr_plural[number] for number in sorted(entry.msgstr_plural)]
    allowed = {*_put_in(entry.msgid), *_put_in(entry.msgid_plural)}
    whole = forms[-1] == "" or _put_in(forms[-1]) == _put_in(entry.msgid_plural)
    return whole and all(set(_put_in(form)) <= allowed for form in forms)


def _put_in(text):
    return sorted(PLACEHOLDER.findall(text))


@pytest.mark.parametrize("folder", ["templates", "static", *APPS])
def test_no_sentence_is_kept_from_the_translators(folder):
    assert [str(found) for found in untranslated(ROOT / folder)] == []


def test_reports_are_signed_in_whole_languages_only():
    whole = settings.WHOLE_LANGUAGES
    assert whole == ["en", *COMPLETE]
    assert [code for code, _ in settings.LANGUAGES] == ["en", *LANGUAGES]


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("language", COMPLETE)
def test_a_complete_language_lacks_no_sentence(language, domain):
    entries = polib.pofile(str(catalogue(language, domain)))
    assert [entry.msgid for entry in entries.untranslated_entries() + entries.fuzzy_entries()] == []


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_puts_in_what_its_sentence_puts_in(language, domain):
    """Another placeholder would end the page with an error; a missing one would leave a number out."""
    wrong = [entry.msgid for entry in polib.pofile(str(catalogue(language, domain))) if not _fits(entry)]
    assert wrong == []
