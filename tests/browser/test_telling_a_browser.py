"""A person has a browser told of what is new; the browser shows it while no page is open, and a press opens the list."""

import pytest
from playwright.sync_api import expect

from notices.models import PushEndpoint
from tests.browser.conftest import DESKTOP, PHONE
from tests.notices.push_service import Browser

KEY = "x6LYBjL0xKgZ0SZpMP2xOvFqTzvOX4QmKHVlZtJdmvk"
ADDRESS = "https://fcm.googleapis.com/fcm/send/abc"

# A browser without the network of its maker subscribes to nothing: what it would answer is said here.
SUBSCRIBES = """([address, point, secret]) => {
  const raw = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0)).buffer;
  const key = (name) => localStorage.removed ? null : ({
    endpoint: address, getKey: (which) => raw(which === 'auth' ? secret : point),
    unsubscribe: async () => { localStorage.subscribed = ''; return true; },
  });
  const pushManager = {
    subscribe: async () => { localStorage.subscribed = 'yes'; return key(); },
    getSubscription: async () => (localStorage.subscribed ? key() : null),
  };
  Object.defineProperty(navigator, 'serviceWorker', { value: {
    ready: Promise.resolve({ pushManager }), register: async () => null, addEventListener() {},
  } });
  Notification.requestPermission = async () => PERMISSION;
  Object.defineProperty(Notification, 'permission', { get: () => PERMISSION === 'denied' && localStorage.asked ? 'denied' : 'default' });
}"""


@pytest.fixture(autouse=True)
def key(settings):
    settings.HEMATOVISION_VAPID_KEY = KEY


def subscribing(page, permission):
    browser = Browser()
    script = SUBSCRIBES.replace("PERMISSION", f"'{permission}'")
    page.add_init_script(f"({script})(['{ADDRESS}', '{browser.public_key}', '{browser.secret}'])")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_browser_is_signed_up_and_removed(open_as, transactional_db, violations, amina, size):
    page = open_as(amina, size=size)
    subscribing(page, "granted")
    page.goto("/notifications/")
    page.get_by_role("button", name="Tell me in this browser").click()
    expect(page.get_by_text("You are told in this browser, also while no page")).to_be_visible()
    expect(page.get_by_text("This one")).to_be_visible()
    # What lies half under the bar at the top is small to axe.
    page.evaluate("() => window.scrollTo(0, 0)")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert PushEndpoint.objects.get().user == amina
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("You are not told in this browser any more.")).to_be_visible()
    expect(page.get_by_role("button", name="Tell me in this browser")).to_be_visible()
    assert not PushEndpoint.objects.exists()


def test_who_said_no_to_the_browser_is_told_what_to_do(open_as, transactional_db, amina):
    page = open_as(amina)
    subscribing(page, "denied")
    page.goto("/notifications/")
    page.get_by_role("button", name="Tell me in this browser").click()
    expect(page.get_by_text("The browser was told not to show notifications of this site.")).to_be_visible()
    assert not PushEndpoint.objects.exists()
