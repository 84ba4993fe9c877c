"""What the page needs that opens without a connection: its own files, and nothing of any patient."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from django.contrib.staticfiles import finders
from django.templatetags.static import static

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
    "vendor/tus/tus.min.js",
)
_ID = "[0-9a-f-]{36}"
#: The forms of a clinic. Others are never kept: passwords, signatures and files have no place on a device.
GUARDED = (
    "^/cases/new/$",
    f"^/cases/{_ID}/(edit|submit|cancel|discussion)/$",
    "^/orders/new/$",
    f"^/orders/{_ID}/(edit|link|cancel)/$",
    f"^/patients/{_ID}/$",
    f"^/images/{_ID}/(draft|microscope)/$",
    f"^/inbox/{_ID}/acknowledge/$",
)
_HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")


def addresses() -> list[str]:
    """Return where the files lie, in the order of `FILES`."""
    return [static(name) for name in FILES]


def named_by_content(address: str) -> bool:
    """Whether the file at `address` is the same for good."""
    return bool(_HASHED.search(address))


def version(page: str) -> str:
    """Return the version of the page and its files: another one as soon as a byte of them is another."""
    digest = hashlib.sha256(page.encode())
    for name, address in zip(FILES, addresses(), strict=True):
        digest.update(address.encode())
        if not named_by_content(address) and (found := finders.find(name)):
            digest.update(Path(found).read_bytes())
    return digest.hexdigest()[:16]
