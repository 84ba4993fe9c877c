"""A real browser on a live server: signed in by session cookie, in either theme, at any width."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import threading
from pathlib import Path

import pytest
from django.test import Client

from classifier import analyser
from classifier.bundle_analyser import BundleAnalyser
from classifier.services import promote_model, register_model
from classifier.services.runs import run_analysis
from tests.factories.smears import drawn_field, evaluated_bundle

# Debian's chromium comes first: playwright's own is not made for every host this runs on.
CHROMIUM = os.environ.get("CHROMIUM", "") or shutil.which("chromium") or shutil.which("chromium-browser")
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
DESKTOP = (1280, 900)
PHONE = (390, 844)
# Long, because the host may be busy with a training run; nothing waits for it when all goes well.
PATIENCE_MS = 60_000
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def pytest_collection_modifyitems(items):
    """Browser tests are marked, and left out with a reason where there is no browser."""
    here = Path(__file__).parent
    for item in items:
        if here in Path(item.fspath).parents:
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM:
                item.add_marker(pytest.mark.skip(reason="chromium is not installed (Debian: apt-get install chromium)"))


@pytest.fixture(scope="session")
def browsers():
    """What starts a browser, and is itself started once in each process of the suite."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    # Playwright runs its event loop in this thread, which makes Django take every query here for an async one.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        yield playwright.chromium
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def chromium(browsers):
    """The browser, started once in each process of the suite."""
    browser = browsers.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
    yield browser
    browser.close()


@pytest.fixture
def requests_done(live_server, monkeypatch):
    """`requests_done()` returns when the live server has answered all it was asked, once the pages are closed.

    A closed page leaves its last requests behind; one that still writes while the database is emptied breaks the next test.
    Connections are counted, not requests: on a busy machine one may have arrived that no thread has begun to read.
    """
    server = live_server.thread.httpd
    connections: dict[tuple[str, int], socket.socket] = {}
    arrived: set[tuple[str, int]] = set()
    change = threading.Condition()
    take, leave = server.process_request, server.close_request

    def taken(connection, address):
        with change:
            connections[address] = connection
            arrived.add(address)
            change.notify_all()
        take(connection, address)

    def left(connection):
        # By itself, not by its address: the browser may have gone, and then it has none.
        leave(connection)
        with change:
            for address in [each for each, known in connections.items() if known is connection]:
                del connections[address]
            change.notify_all()

    def wait():
        # Connections are taken in the order in which they came: after this one, none of a closed page is to come.
        with socket.create_connection(server.server_address) as last:
            own = last.getsockname()
            with change:
                assert change.wait_for(lambda: own in arrived, timeout=60), "the server takes no connection"
                # What was sent is still read and answered. A connection that is only kept open ends here.
                for connection in connections.values():
                    with contextlib.suppress(OSError):
                        connection.shutdown(socket.SHUT_RD)
                assert change.wait_for(lambda: not connections, timeout=60), "a request was never answered"

    monkeypatch.setattr(server, "process_request", taken)
    monkeypatch.setattr(server, "close_request", left)
    return wait


@pytest.fixture
def open_as(chromium, live_server, requests_done):
    """`open_as(user, size=DESKTOP, theme="light", scripts=True)` -> a page of a signed-in browser.

    What the page complains about (a script error, a breach of the content security policy) fails the test.
    """
    contexts = []
    complaints: list[str] = []

    def open_(user, *, size=DESKTOP, theme="light", scripts=True):
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": size[0], "height": size[1]},
            color_scheme=theme,
            java_script_enabled=scripts,
            reduced_motion="reduce",
            has_touch=size == PHONE,
            is_mobile=size == PHONE,
            # A page of today is tested, not one that a worker kept; tests/browser/offline has those.
            service_workers="block",
        )
        contexts.append(context)
        if user is not None:
            client = Client()
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
            session = client.cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
        page.on("console", lambda said: _note(complaints, said))
        return page

    yield open_
    for context in contexts:
        context.close()
    requests_done()
    assert not complaints


def cut_the_line(page):
    """Take the page's connection away, and wait until it is gone: a request made at once might still get through.

    For the same reason, a test that answers requests itself calls `page.route` before the page is opened.
    """
    page.context.set_offline(True)
    page.evaluate("async () => { for (;;) { try { await fetch('/livez', {cache: 'no-store'}); } catch { return; } } }")


def _note(complaints, said):
    """Keep what breaks the content security policy or a script; a request refused or cut off is the test's own doing.

    htmx says so too, by two events, of what the page happened to ask by itself while its line was cut.
    """
    refused = (
        "Failed to load resource",
        "Service Worker registration blocked",
        "Response Status Error Code",
        "htmx:afterRequest",
        "htmx:sendError",
    )
    if said.type == "error" and not said.text.startswith(refused):
        complaints.append(f"console: {said.text}")


@pytest.fixture
def analyse(transactional_db, tmp_path):
    """An active model, and `analyse(image)`: what a worker does with an image, here and now."""
    version, _ = register_model(actor=None, directory=evaluated_bundle(tmp_path / "model"))
    promote_model(actor=None, version=version, reason="The tests need one.")
    analyser.install(BundleAnalyser("onnx"))

    def analyse(image):
        done = run_analysis(image_id=image.pk, worker="browser-test")
        assert done is not None
        image.refresh_from_db()
        return image

    yield analyse
    analyser.install(None)


@pytest.fixture
def field_file(tmp_path):
    """`field_file(seed, **drawing)` -> the path of a drawn smear field as PNG."""

    def draw(seed=1, **drawing):
        path = tmp_path / f"field-{seed}.png"
        path.write_bytes(drawn_field(seed, **drawing).read())
        return path

    return draw


@pytest.fixture
def violations():
    """`violations(page)` -> what axe-core finds wrong with the page, readable."""
    axe = AXE.read_text() if AXE.is_file() else None
    if axe is None:
        pytest.skip("axe-core is not installed (npm ci)")

    def check(page):
        # By the debugger's protocol, because our content security policy refuses a script that is not ours.
        page.context.new_cdp_session(page).send("Runtime.evaluate", {"expression": axe})
        found = page.evaluate("tags => axe.run(document, {runOnly: tags})", WCAG)
        return [f"{each['id']}: {node['html'][:160]}" for each in found["violations"] for node in each["nodes"]]

    return check
