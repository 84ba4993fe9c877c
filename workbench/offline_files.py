"""What the page needs that opens without a connection: its own files, and nothing of any patient."""

from __future__ import annotations

import hashlib
import re
import uuid
from pathlib import Path

from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse

from hematovision.languages import script_words

FILES = (
    "css/tokens.css",
    "css/base.css",
    "css/layout.css",
    "css/components.css",
    "workbench/case_form.css",
    "offline/offline.css",
    "img/mark.svg",
    "scan/hand_scanner.js",
    "scan/search.js",
    "shared/theme.js",
    "shared/frame.js",
    "shared/keys.js",
    "shared/typing.js",
    "shared/times.js",
    "shared/words.js",
    "shared/without_metadata.js",
    "shared/metadata/exif.js",
    "shared/metadata/jpeg.js",
    "shared/metadata/png.js",
    "shared/metadata/webp.js",
    "shared/browser_world.js",
    "shared/resumable.js",
    "shared/resumable_answers.js",
    "shared/resumable_pace.js",
    "offline/answering.js",
    "offline/field_sender.js",
    "offline/items.js",
    "offline/keeping.js",
    "offline/new_case.js",
    "offline/sealing.js",
    "offline/sending.js",
    "offline/shell.js",
    "offline/store.js",
    "offline/telling.js",
    "vendor/tus/tus.min.js",
)
#: The forms of a clinic. Others are never kept: passwords, signatures and files have no place on a device.
GUARDED = (
    "workbench:new_case",
    "workbench:edit_case",
    "workbench:submit_case",
    "workbench:cancel_case",
    "workbench:send_again",
    "workbench:confirm_label",
    "workbench:new_order",
    "workbench:edit_order",
    "workbench:cancel_order",
    "workbench:link_order",
    "workbench:patient",
    "workbench:draft_field",
    "workbench:image_microscope",
    "consult:discussion",
    "inbox:acknowledge",
)
_ANY_ID = uuid.UUID(int=0)
_HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")


def addresses() -> list[str]:
    """Return where the files lie, in the order of `_files`."""
    return [static(name) for name in _files()]


def guarded_addresses() -> list[str]:
    """Return the patterns of the addresses that forms of the clinic are sent to."""
    return [_pattern(route) for route in GUARDED]


def named_by_content(address: str) -> bool:
    """Whether the file at `address` is the same for good."""
    return bool(_HASHED.search(address))


def version(page: str) -> str:
    """Return the version of the page and its files: another one as soon as a byte of them is another."""
    digest = hashlib.sha256(page.encode())
    for name, address in zip(_files(), addresses(), strict=True):
        digest.update(address.encode())
        if not named_by_content(address) and (found := finders.find(name)):
            digest.update(Path(found).read_bytes())
    return digest.hexdigest()[:16]


def _files() -> tuple[str, ...]:
    """What is kept, with the sentences of the scripts in the language of the page."""
    words = script_words()
    return (*FILES, words) if words else FILES


def _pattern(route: str) -> str:
    try:
        address = reverse(route)
    except NoReverseMatch:
        address = reverse(route, args=[_ANY_ID])
    return f"^{address.replace(str(_ANY_ID), '[0-9a-f-]{36}')}$"
