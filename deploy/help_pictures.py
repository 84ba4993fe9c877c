"""The pictures on the pages of help, from a running demo: `python -m deploy.help_pictures [--site http://127.0.0.1:8000]`.

Needs what `make run` started, its cases analysed, and Chromium (`--chromium /usr/bin/chromium`). Writes
`static/guide/*.webp`, each of at most 40 KB. A page that the demo does not have is named and left out.
"""

from __future__ import annotations

import argparse
import io
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import Error, sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "static" / "guide"
SIZE = (960, 600)
MOST_BYTES = 40_000
QUALITIES = (72, 60, 48, 36, 24)
_LABORATORY = "central-laboratory"
_CLINIC = "riverside-clinic"


@dataclass(frozen=True)
class Given:
    """A file that is chosen in an input."""

    input: str
    file: Path


@dataclass(frozen=True)
class Shot:
    """One picture: whose page, at which address, what is pressed or given on the way, and what stands at its top."""

    slug: str
    account: str
    address: str
    press: tuple[str | Given, ...] = ()
    top: str = "main"
    # Of the window; a page that needs more room is made smaller afterwards.
    size: tuple[int, int] = SIZE


SHOTS = (
    Shot("send-a-smear", f"uploader@{_CLINIC}", "/cases/new/"),
    Shot("photograph-a-field", f"uploader@{_CLINIC}", "/", ("#g-finish ~ ul a",), "#images"),
    Shot(
        "acknowledge-a-result", f"uploader@{_CLINIC}", "/inbox/?show=all", ("main table a, main ul a[href^='/inbox/']",)
    ),
    Shot("work-with-orders", f"uploader@{_CLINIC}", "/orders/"),
    Shot(
        "review-by-keyboard",
        f"pathologist@{_LABORATORY}",
        "/review/",
        (
            "main table a",
            "#review a[href$='/review/'], main a.primary[href$='/review/'], main form[action*='/review/'] button",
        ),
        size=(1440, 900),
    ),
    Shot(
        "sign-and-correct",
        f"pathologist@{_LABORATORY}",
        "/?state=signed",
        ("main table a", "main a[href^='/reports/']"),
    ),
    Shot("ask-a-colleague", f"pathologist@{_LABORATORY}", "/opinions/", size=(1200, 750)),
    Shot("set-up-a-laboratory", f"administrator@{_LABORATORY}", "/inbox/critical-limits/"),
    Shot("invite-somebody", f"administrator@{_LABORATORY}", "/admin/accounts/invitation/add/", top="body"),
    Shot("connect-a-lis", f"administrator@{_LABORATORY}", "/integrations/"),
    Shot("read-the-audit-trail", f"auditor@{_LABORATORY}", "/oversight/audit/", top="main table"),
    Shot("watch-the-model", f"auditor@{_LABORATORY}", "/oversight/agreement/"),
    Shot("teach-a-class", f"pathologist@{_LABORATORY}", "/learn/teach/sets/new/", size=(1200, 750)),
    Shot("certificates-and-tests", f"pathologist@{_LABORATORY}", "/learn/proficiency/", size=(1200, 750)),
    Shot(
        "try-a-picture",
        f"student@{_LABORATORY}",
        "/try/",
        (
            Given("main input[type=file]:not([capture])", ROOT / "material" / "fields" / "001.webp"),
            "main input[name=confirmed]",
            "main form button[type=submit]",
        ),
        size=(1440, 900),
    ),
    Shot("protect-your-account", f"student@{_LABORATORY}", "/accounts/2fa/"),
    Shot("learn-cells", f"student@{_LABORATORY}", "/learn/", top="main h1", size=(1440, 900)),
)


def main(site: str, chromium: str, only: str) -> int:
    """Take every picture, or the one of a page; how many could not be taken."""
    missed = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for shot in (each for each in SHOTS if only in {"", each.slug}):
            try:
                size = save(take(browser, site, shot), FOLDER / f"{shot.slug}.webp")
            except Error as error:
                missed += 1
                print(f"{shot.slug}: left out, {error.message.splitlines()[0]}")
            else:
                print(f"{shot.slug}: {size:,} bytes")
        browser.close()
    return missed


def take(browser: Browser, site: str, shot: Shot) -> bytes:
    """The page of `shot` as PNG."""
    context = browser.new_context(
        base_url=site,
        viewport={"width": shot.size[0], "height": shot.size[1]},
        color_scheme="light",
        reduced_motion="reduce",
        locale="en-GB",
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    try:
        page.goto("/accounts/login/")
        page.click(f"button[name=account][value^='{shot.account}']")
        page.wait_for_load_state()
        page.goto(shot.address)
        for step in shot.press:
            if isinstance(step, Given):
                page.set_input_files(step.input, step.file)
            else:
                page.click(step)
            arrive(page)
        return photograph(page, shot.top)
    finally:
        context.close()


def arrive(page: Page) -> None:
    """Wait until pictures and scripts are there; the line is never quiet, since pages ask for what is new."""
    page.wait_for_load_state()
    page.wait_for_timeout(2_000)


def photograph(page: Page, top: str) -> bytes:
    """What stands below the top of `top`, without bars that stay in place."""
    arrive(page)
    page.eval_on_selector(top, "element => window.scrollTo(0, element.getBoundingClientRect().top - 60)")
    return page.screenshot(animations="disabled")


def save(png: bytes, path: Path) -> int:
    """Write WebP of the best quality that stays below `MOST_BYTES`; how many bytes that are."""
    picture = Image.open(io.BytesIO(png)).convert("RGB").resize(SIZE)
    for quality in QUALITIES:
        out = io.BytesIO()
        picture.save(out, "WEBP", quality=quality, method=6)
        if out.tell() <= MOST_BYTES:
            break
    path.write_bytes(out.getvalue())
    return out.tell()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", default="http://127.0.0.1:8000")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--only", default="", metavar="SLUG", choices=[shot.slug for shot in SHOTS])
    chosen = parser.parse_args()
    sys.exit(main(chosen.site, chosen.chromium, chosen.only))
