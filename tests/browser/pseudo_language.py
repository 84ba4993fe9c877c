"""A language nobody speaks: every sentence of the catalogues with accents and 40 % longer. What has none of it was never translatable."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polib

from deploy.languages import catalogue, script_of

if TYPE_CHECKING:
    from pathlib import Path

CODE = "en-xa"
ACCENTED = str.maketrans("aceinouyACEINOUY", "àçéîñôûýÀÇÉÎÑÔÛÝ")
KEPT = re.compile(r"(%\(\w+\)[a-z]|%%|%[sd]|\{\w*\}|<[^>]*>|&\w+;)")
# Of letters that break as those of a sentence do.
PADDING = "ôéà "


def pseudo(sentence: str) -> str:
    """Return a sentence in the pseudo-language; what is put in and the markup stay."""
    parts = KEPT.split(sentence)
    spoken = "".join(part if KEPT.fullmatch(part) else part.translate(ACCENTED) for part in parts)
    letters = sum(len(part) for part in parts if not KEPT.fullmatch(part))
    more = (PADDING * letters)[: max(2, round(0.4 * letters))].strip()
    body = spoken.rstrip()
    return f"{body} {more}{spoken[len(body) :]}"


def write_catalogues(folder: Path) -> str:
    """Write the catalogue for the server below `folder`; returns the script that has the sentences for the browser."""
    target = folder / "en_XA" / "LC_MESSAGES"
    target.mkdir(parents=True)
    _in_pseudo("django").save_as_mofile(str(target / "django.mo"))
    return script_of(_in_pseudo("djangojs"))


def _in_pseudo(domain: str) -> polib.POFile:
    entries = polib.pofile(str(catalogue("fr", domain)))
    entries.metadata.update({"Language": "en_XA", "Plural-Forms": "nplurals=2; plural=(n != 1);"})
    for entry in entries:
        if entry.msgid_plural:
            entry.msgstr_plural = {0: pseudo(entry.msgid), 1: pseudo(entry.msgid_plural)}
        else:
            entry.msgstr = pseudo(entry.msgid)
    return entries
