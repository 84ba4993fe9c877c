"""What a browser keeps of the site is the same for everybody, whole, of one version, and holds nothing of any patient."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from accounts.services import choose_language
from tests.factories.cases import CaseFactory
from tests.permissions.matrix import ROWS
from workbench import offline_files
from workbench.offline_files import FILES, GUARDED, guarded_addresses

STATIC = Path(settings.BASE_DIR) / "static"
IMPORTED = re.compile(r"""^(?:import|export)\b[^;]*?["'](\.[^"']+)["']""", re.MULTILINE)


def config(client, language="en"):
    text = client.get("/sw.js", headers={"accept-language": language}).text
    return json.loads(text[text.index("begin({") + len("begin(") : text.rindex(")")])


def lies_at(address):
    """The file that is served at an address, empty for none."""
    return finders.find(address.removeprefix(settings.STATIC_URL)) or ""


def test_everything_that_the_page_runs_is_kept_with_it(client):
    wanted = {"offline/shell.js", "shared/frame.js"}
    found = set()
    while wanted:
        name = wanted.pop()
        found.add(name)
        for target in IMPORTED.findall((STATIC / name).read_text()):
            wanted |= {str((STATIC / name).parent.joinpath(target).resolve().relative_to(STATIC))} - found
    assert found <= set(FILES)
    page = client.get("/offline/").text
    assert set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page)) <= set(config(client)["files"])


def test_every_kept_file_is_there(client):
    assert [address for address in config(client)["files"] if not lies_at(address)] == []


@pytest.mark.django_db
def test_it_is_the_same_for_everybody_and_nobody(client, amina):
    CaseFactory(clinic=amina.organisation, created_by=amina)
    before = [client.get(path).content for path in ("/offline/", "/sw.js", "/manifest.webmanifest")]
    client.force_login(amina)
    assert [client.get(path).content for path in ("/offline/", "/sw.js", "/manifest.webmanifest")] == before
    # No page is kept but by the worker, which asks for this one as nobody.
    assert all("no-store" in client.get(path)["Cache-Control"] for path in ("/", "/offline/"))


@pytest.mark.django_db
def test_it_is_kept_in_the_language_of_whoever_keeps_it(client, amina):
    choose_language(actor=amina, language="fr")
    client.force_login(amina)
    kept = config(client)
    assert (kept["language"], kept["files"][-1]) == ("fr", "/static/words/fr.js")
    # The worker asks as nobody, in that language.
    page = Client().get("/offline/", headers={"Accept-Language": "fr"}).text
    assert '<html lang="fr"' in page
    assert set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page)) <= set(kept["files"])


def test_another_byte_is_another_version(client, monkeypatch, tmp_path):
    before = config(client)["version"]
    assert config(client)["version"] == before
    changed = tmp_path / "changed.css"
    changed.write_text("p { color: red; }")
    find = finders.find
    monkeypatch.setattr(
        offline_files.finders, "find", lambda name: str(changed) if name == "offline/offline.css" else find(name)
    )
    assert config(client)["version"] != before


@pytest.mark.parametrize(
    "path",
    ["/accounts/login/", "/accounts/password/change/", "/cases/{id}/sign/", "/admin/login/", "/search/", "/verify/"],
)
def test_no_form_with_a_secret_is_ever_kept(path):
    address = path.format(id="3f0f8a5e-9d0c-4c8e-9a5b-0a3f4f1c2d3e")
    assert not [pattern for pattern in guarded_addresses() if re.match(pattern, address)]


# Forms that a clinic sends and that are not kept, each for its reason.
NOT_KEPT = {
    "education:comment": "nothing of the clinic's work",
    "education:objection": "whoever objects sees at once that it holds",
    "education:practise": "nothing of the clinic's work",
    "education:start": "nothing of the clinic's work",
    "guide:help": "a question, whose answer nobody waits for",
    "guide:hide_first_steps": "a choice, made again",
    "sandbox:try": "a picture is answered at once or not at all",
    "workbench:add_images": "fields go by the resumable sender, which keeps them itself",
    "workbench:check_label": "a picture is read at once or not at all",
    "workbench:scan": "a question, whose answer nobody waits for",
    "workbench:search": "a question, whose answer nobody waits for",
    "reports:verify": "a file of somebody else's",
    "notices:email": "a choice, made again",
    "notices:orders": "a choice, made again",
    "notices:quiet_hours": "a choice, made again",
    "notices:read_all": "a choice, made again",
    "notices:remove_browser": "a choice, made again",
    "offline:revoke": "it is of the device itself",
}


def test_every_form_of_a_clinic_is_kept_or_says_why_not():
    programs = ("api:", "fhir:", "admin", "account", "mfa", "usersessions", "offline:devices", "offline:unwrap")
    sent = {
        row.route for row in ROWS if row.method == "POST" and dict(row.expected).get("amina") in {"200", "201", "302"}
    }
    forms = {route for route in sent if not route.startswith(programs)}
    assert forms - set(GUARDED) - set(NOT_KEPT) == set()


def test_an_address_of_a_form_is_known_with_its_record_and_nothing_behind_it():
    patterns = guarded_addresses()
    record = "3f0f8a5e-9d0c-4c8e-9a5b-0a3f4f1c2d3e"
    assert [each for each in patterns if re.search(each, f"/cases/{record}/edit/")]
    assert not [each for each in patterns if re.search(each, f"/cases/{record}/edit/more/")]


def test_the_icons_of_the_installed_site_are_there(client):
    icons = client.get("/manifest.webmanifest").json()["icons"]
    assert {icon["sizes"] for icon in icons} == {"192x192", "512x512"}
    assert {icon["purpose"] for icon in icons} == {"any", "maskable"}
    assert all(lies_at(icon["src"]).endswith(".png") for icon in icons)
