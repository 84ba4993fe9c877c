"""Catalogues of languages. `python -m deploy.languages` compiles what translators wrote; no gettext is needed for it.

python -m deploy.languages             locale/*/LC_MESSAGES/*.po -> *.mo, and static/words/LANGUAGE.js for the scripts
python -m deploy.languages --collect   first take new sentences up from templates, code and scripts (needs gettext)
python -m deploy.languages --check     fail where a sentence is missing from a catalogue, or a whole language lacks one
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
WORDS = ROOT / "static" / "words"
LANGUAGES = ("fr", "es", "ar")
# Arabic is written for the pages of a clinic; what is not there yet is told in English.
COMPLETE = ("fr", "es")
DOMAINS = ("django", "djangojs")
_PLURALS = {
    "fr": "nplurals=2; plural=(n > 1);",
    "es": "nplurals=2; plural=(n != 1);",
    "ar": "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5;",
}
_NOT_OURS = (
    "node_modules",
    "tests",
    "tools",
    "training",
    "benchmarks",
    "deploy",
    "staticfiles",
    "static/vendor",
    "static/words",
    "var",
)


def catalogue(language: str, domain: str) -> Path:
    """Return where the sentences of a language are."""
    return LOCALE / language / "LC_MESSAGES" / f"{domain}.po"


def compile_all() -> None:
    """Compile every catalogue for the server, and those of the scripts for the browser."""
    WORDS.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        polib.pofile(str(catalogue(language, "django"))).save_as_mofile(
            str(catalogue(language, "django").with_suffix(".mo"))
        )
        (WORDS / f"{language}.js").write_text(script_of(polib.pofile(str(catalogue(language, "djangojs")))), "utf-8")


def script_of(entries: polib.POFile) -> str:
    """Return the script that gives a page its sentences: each English one with its translation, or one for each plural form."""
    sentences = {
        entry.msgid: [entry.msgstr_plural[form] for form in sorted(entry.msgstr_plural)] or entry.msgstr
        for entry in entries.translated_entries()
    }
    plural = entries.metadata["Plural-Forms"].split("plural=", 1)[1].rstrip("; ")
    words = json.dumps(sentences, ensure_ascii=False, indent=0)
    return f"globalThis.hematovisionWords = {{ plural: (n) => Number({plural}), sentences: {words} }};\n"


def collect() -> None:
    """Take the sentences of templates, code and scripts up into the catalogues; translations stay."""
    ignored = [f"--ignore={pattern}" for name in _NOT_OURS for pattern in (name, f"{name}/*")]
    for domain, extensions in (("django", "html,txt,py"), ("djangojs", "js")):
        for language in LANGUAGES:
            catalogue(language, domain).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(  # noqa: S603 (the interpreter itself, with words of this file)
            [sys.executable, "manage.py", "makemessages", "--domain", domain, "--extension", extensions, "--no-wrap"]
            + ["--add-location", "file", "--no-obsolete", "--verbosity", "0", *ignored]
            + [f"--locale={language}" for language in LANGUAGES],
            cwd=ROOT,
            check=True,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "hematovision.settings.test"},
        )

    for language in LANGUAGES:
        for domain in DOMAINS:
            _tidy(catalogue(language, domain), language)


def _tidy(path: Path, language: str) -> None:
    """Leave nothing in a catalogue that changes by itself, and no guess: a sentence is translated or it is not."""
    entries = polib.pofile(str(path), wrapwidth=0)
    entries.header = "Written by translators; the sentences are taken up by `make languages`."
    entries.metadata_is_fuzzy = False
    entries.metadata = {
        "Project-Id-Version": "HematoVision",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": _PLURALS[language],
    }
    for entry in entries:
        entry.previous_msgid = entry.previous_msgid_plural = entry.previous_msgctxt = None
        is_guess = entry.fuzzy
        if is_guess:
            entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
            entry.msgstr = ""
        if entry.msgid_plural and (is_guess or not any(entry.msgstr_plural.values())):
            entry.msgstr_plural = dict.fromkeys(range(_forms(language)), "")
    entries.save()


def _forms(language: str) -> int:
    """How many forms a counted word has."""
    return int(_PLURALS[language].removeprefix("nplurals=").partition(";")[0])


def faults() -> list[str]:
    """Return what is wrong with the catalogues as they are: sentences that nobody took up, that are missing or unsure."""
    paths = [catalogue(language, domain) for language in LANGUAGES for domain in DOMAINS]
    before = {path: path.read_text("utf-8") for path in paths}
    collect()
    found = []
    try:
        for path in paths:
            kept = {_key(entry) for entry in polib.pofile(before[path])}
            taken = {_key(entry) for entry in polib.pofile(str(path))}
            found += [f"{path}: run `make languages`: {text!r}" for text, _ in sorted(kept ^ taken)]
    finally:
        for path, text in before.items():
            path.write_text(text, "utf-8")
    for language in COMPLETE:
        for domain in DOMAINS:
            path = catalogue(language, domain)
            entries = polib.pofile(str(path))
            found += [f"{path}: not translated: {entry.msgid!r}" for entry in entries.untranslated_entries()]
            found += [f"{path}: unsure (fuzzy): {entry.msgid!r}" for entry in entries.fuzzy_entries()]
    return found


def _key(entry: polib.POEntry) -> tuple[str, str]:
    return entry.msgid, entry.msgctxt or ""


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m deploy.languages", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--collect", action="store_true", help="take new sentences up first (needs gettext)")
    parser.add_argument("--check", action="store_true", help="fail where a sentence is missing (needs gettext)")
    chosen = parser.parse_args(arguments)
    if chosen.check:
        found = faults()
        print(*found, sep="\n")
        return min(len(found), 1)
    if chosen.collect:
        collect()
    compile_all()
    return 0


if __name__ == "__main__":
    sys.exit(main())
