"""What somebody finds who has the phone: nothing of a patient. And what the browser says of the site and of its room."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from cases.models import Case
from tests.factories.cases import CaseFactory, PatientFactory
from workbench.views import offline

pytestmark = pytest.mark.usefixtures("transactional_db")

# All that the browser keeps, as one text of bytes: the database, and every answer of every cache with its address.
EVERYTHING = """async () => {
  const text = (buffer) => new TextDecoder("latin1").decode(buffer);
  const opened = await new Promise((resolve) => {
    const request = indexedDB.open("hematovision-work", 1);
    request.onsuccess = () => resolve(request.result);
  });
  const kept = [];
  for (const name of opened.objectStoreNames) {
    const rows = await new Promise((resolve) => {
      const request = opened.transaction(name).objectStore(name).getAll();
      request.onsuccess = () => resolve(request.result);
    });
    for (const row of rows) {
      for (const value of Object.values(row)) {
        kept.push(value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? text(value) : String(value));
      }
    }
  }
  opened.close();
  const cached = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      cached.push(request.url);
      kept.push(text(await (await cache.match(request)).arrayBuffer()));
    }
  }
  return { kept: [...kept, JSON.stringify(localStorage), JSON.stringify(sessionStorage)].join("\\n"), cached };
}"""


def keep_a_case(page, file):
    page.goto("/offline/")
    page.locator("#kept-mrn").fill("R-104711")
    page.locator("#id_family_name").fill("Okafor-Zylinski")
    page.locator("#id_birth_date").fill("1990-01-01")
    page.locator("#id_accession_number").fill("A-2026-14")
    page.locator("#id_clinical_question").fill("Pelger-Huet in the family?")
    page.locator("#kept-files").set_input_files([file])
    page.get_by_role("button", name="Keep the case").click()


def test_a_stolen_phone_tells_nothing(phone, amina, field_file):
    patient = PatientFactory(organisation=amina.organisation, family_name="Vandersteen")
    case = CaseFactory(clinic=amina.organisation, created_by=amina, patient=patient)
    phone.arrive(amina)
    for path in ("/", f"/cases/{case.pk}/", f"/patients/{patient.pk}/", "/orders/"):
        phone.page.goto(path)
    phone.go_offline()
    picture = field_file(1)
    keep_a_case(phone.page, picture)
    expect(phone.page.get_by_text("New case, fields: 1")).to_be_visible()
    found = phone.page.evaluate(EVERYTHING)
    secrets = ["R-104711", "Okafor-Zylinski", "1990-01-01", "A-2026-14", "Pelger-Huet", "Vandersteen", patient.mrn]
    secrets += [case.accession_number, str(case.pk), str(patient.pk), picture.name]
    assert [secret for secret in secrets if secret in found["kept"]] == []
    content = picture.read_bytes().decode("latin1")
    assert not any(content[at : at + 48] in found["kept"] for at in range(0, len(content) - 48, 997))
    # The walk itself can find something: the thumbnail, the kind, who kept it.
    assert str(amina.pk) in found["kept"]
    paths = {urlsplit(url).path for url in found["cached"]}
    assert {path for path in paths if not path.startswith("/static/")} == {"/offline/"}


def test_a_page_of_a_patient_does_not_open_without_a_line(phone, amina):
    case = CaseFactory(clinic=amina.organisation, created_by=amina)
    phone.arrive(amina)
    phone.page.goto(f"/cases/{case.pk}/")
    phone.go_offline()
    phone.page.goto(f"/cases/{case.pk}/")
    expect(phone.page.get_by_role("heading", name="Kept on this device")).to_be_visible()
    expect(phone.page.get_by_text(case.accession_number)).to_have_count(0)


def test_a_full_phone_refuses_before_anything_is_lost(phone, amina, field_file):
    phone.arrive(amina)
    phone.context.add_init_script(
        "StorageManager.prototype.estimate = () => Promise.resolve({ usage: 8_000_000, quota: 10_000_100 })"
    )
    keep_a_case(phone.page, field_file(1))
    expect(phone.page.get_by_text("There is no room left on this device for more.")).to_be_visible()
    assert phone.page.locator("#kept-mrn").input_value() == "R-104711"
    assert phone.kept() == []


def test_the_site_is_installable(phone, amina):
    phone.arrive(amina)
    cdp = phone.context.new_cdp_session(phone.page)
    assert cdp.send("Page.getInstallabilityErrors")["installabilityErrors"] == []


def test_a_new_version_takes_over_and_the_old_one_goes(phone, amina, monkeypatch):
    phone.arrive(amina)
    (before,) = phone.page.evaluate("() => caches.keys()")
    monkeypatch.setattr(offline, "version", lambda _page: "of-tomorrow")
    phone.page.goto("/")
    phone.page.evaluate("async () => (await navigator.serviceWorker.getRegistration()).update()")
    phone.page.locator("#kept[data-ready]").wait_for(state="attached")
    phone.page.evaluate("""async () => {
      while ((await caches.keys()).join() !== "shell-of-tomorrow") { await fetch("/livez"); }
    }""")
    assert before != "shell-of-tomorrow"
    assert not Case.objects.exists()


# A browser without a desktop shows no notification: what the worker would have it show is kept instead.
SHOWN = """async () => {
  const shown = [];
  self.registration.showNotification = async (title, { body, tag }) => { shown.push([title, body, tag]); };
  for (const data of ['{"title": "HematoVision", "body": "There is something new for you."}', 'no JSON']) {
    self.dispatchEvent(new PushEvent('push', { data }));
  }
  return shown;
}"""


def test_a_message_is_shown_while_no_page_of_ours_is_open(phone, amina):
    phone.arrive(amina)
    (worker,) = phone.context.service_workers
    assert worker.evaluate(SHOWN) == [
        ["HematoVision", "There is something new for you.", "something-new"],
        ["HematoVision", "", "something-new"],
    ]
