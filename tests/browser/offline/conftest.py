"""A phone: a browser that keeps what it has over a restart, with its service worker, and a line that comes and goes."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.browser.conftest import CHROMIUM, PATIENCE_MS, PHONE

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"

KEPT = """async () => {
  const opened = await new Promise((resolve, reject) => {
    const request = indexedDB.open("hematovision-work", 1);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const items = await new Promise((resolve) => {
    const request = opened.transaction("work").objectStore("work").getAll();
    request.onsuccess = () => resolve(request.result);
  });
  opened.close();
  return items.map(({ kind, state, person }) => ({ kind, state, person }));
}"""


UNTIL_NOTHING_ANSWERS = """async () => {
  for (;;) {
    try { await fetch("/livez", { cache: "no-store" }); } catch { return; }
  }
}"""


class Phone:
    """One browser of one device."""

    def __init__(self, browser_type, folder, url):
        self._type, self._folder, self._url = browser_type, folder, url
        self.complaints: list[str] = []
        self.start()

    def start(self):
        self.context = self._type.launch_persistent_context(
            str(self._folder),
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu"],
            base_url=self._url,
            viewport={"width": PHONE[0], "height": PHONE[1]},
            has_touch=True,
            is_mobile=True,
            service_workers="allow",
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.page = self.context.pages[0]
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def restart(self):
        self.context.close()
        self.start()

    def sign_in(self, user):
        client = Client()
        client.force_login(user, backend=BACKEND)
        self.context.clear_cookies(name="sessionid")
        value = client.cookies["sessionid"].value
        self.context.add_cookies([{"name": "sessionid", "value": value, "url": self._url, "expires": 4_000_000_000}])

    def sign_out(self):
        self.context.clear_cookies(name="sessionid")

    def arrive(self, user):
        """Open the site once with a connection: the worker is there, and the key of this person."""
        self.sign_in(user)
        self.page.goto("/")
        self.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
        self.page.locator("#kept[data-ready]").wait_for(state="attached")

    def go_offline(self):
        """Take the line away from the page and from its worker; a request made at once might still get through."""
        self.context.set_offline(True)
        for place in (self.page, *self.context.service_workers):
            place.evaluate(UNTIL_NOTHING_ANSWERS)

    def go_online(self):
        self.context.set_offline(False)

    def kept(self):
        """What the browser keeps, as far as it says so in the clear."""
        return self.page.evaluate(KEPT)


@pytest.fixture
def phone(chromium, live_server, requests_done, tmp_path):
    device = Phone(chromium.browser_type, tmp_path / "phone", live_server.url)
    yield device
    device.context.close()
    requests_done()
    assert not device.complaints
