"""A line that breaks, a page that is closed, a session that ends: nothing is lost, nothing is there twice, no hand is needed."""

import hashlib
import random

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from PIL import Image
from playwright.sync_api import expect

from cases.models import Upload, UploadState
from tests.browser.conftest import PATIENCE_MS, PHONE
from tests.browser.cutting_proxy import CuttingProxy
from tests.factories.cases import CaseFactory

CUTS = 20
FILES = 5
SIDE_PX = 400


@pytest.fixture
def case(transactional_db, amina):
    return CaseFactory(clinic=amina.organisation, created_by=amina)


@pytest.fixture
def large_files(tmp_path):
    """`large_files(count)` -> paths of fields of about half a megabyte, each other than the rest."""

    def make(count):
        paths = [tmp_path / f"large-{number}.png" for number in range(count)]
        for number, path in enumerate(paths):
            noise = random.Random(number).randbytes(SIDE_PX * SIDE_PX * 3)
            Image.frombytes("RGB", (SIDE_PX, SIDE_PX), noise).save(path)
        return paths

    return make


@pytest.fixture
def line_of(live_server):
    """`line_of(cuts)` -> a `CuttingProxy` before the live server."""
    lines = []

    def make(cuts=()):
        lines.append(CuttingProxy(live_server.thread.httpd.server_address, cuts))
        return lines[-1]

    yield make
    for line in lines:
        line.close()


def kept_of(case):
    return sorted(image.sha256 for image in case.images.all())


def digests(paths):
    return sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in paths)


def rows(page):
    return page.get_by_role("list", name="Files", exact=True).get_by_role("listitem")


def test_twenty_cuts_lose_nothing_and_keep_nothing_twice(open_as, amina, case, large_files, line_of):
    chance = random.Random(20)
    line = line_of([chance.randrange(1_000, 100_000) for _ in range(CUTS)])
    paths = large_files(FILES)
    page = open_as(amina, size=PHONE)
    page.goto(f"{line.url}/cases/{case.pk}/")
    page.locator("#upload-files").set_input_files(paths)
    page.get_by_text(f"Sent: {FILES} of {FILES}.").wait_for(timeout=3 * PATIENCE_MS)
    assert line.made == CUTS
    assert kept_of(case) == digests(paths)
    assert set(Upload.objects.values_list("state", flat=True)) == {UploadState.FINISHED}


def test_a_file_chosen_before_the_script_is_here_is_sent_by_it(open_as, amina, case, large_files):
    (path,) = large_files(1)
    held = []

    def hold(route):
        held.append(route)

    page = open_as(amina, size=PHONE)
    page.route("**/workbench/upload.js", hold)
    with page.expect_request("**/workbench/upload.js"):
        page.goto(f"/cases/{case.pk}/", wait_until="commit")
    page.locator("#upload-files").set_input_files([path])
    (script,) = held
    script.continue_()
    page.get_by_text("Sent: 1 of 1.").wait_for()
    assert kept_of(case) == digests([path])


def test_a_beginning_whose_answer_is_lost_is_found_again(open_as, amina, case, large_files):
    (path,) = large_files(1)
    lost = []

    def beginnings(route):
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch().headers["location"])
            route.abort()

    page = open_as(amina)
    page.route("**/api/v1/uploads/", beginnings)
    page.goto(f"/cases/{case.pk}/")
    page.locator("#upload-files").set_input_files([path])
    page.get_by_text("Sent: 1 of 1.").wait_for()
    assert str(Upload.objects.get().pk) in lost[0]
    assert kept_of(case) == digests([path])


def is_later_piece(request):
    return request.method == "PATCH" and request.headers["upload-offset"] != "0"


def test_after_a_reload_the_same_file_goes_on_where_it_was(open_as, amina, case, large_files):
    (path,) = large_files(1)
    page = open_as(amina, size=PHONE)
    page.on("dialog", lambda dialog: dialog.accept())
    holds = ["what comes after the first piece"]

    def pieces(route):
        if not (holds and is_later_piece(route.request)):
            route.continue_()

    page.route("**/api/v1/uploads/*/", pieces)
    page.goto(f"/cases/{case.pk}/")
    with page.expect_request(is_later_piece):
        page.locator("#upload-files").set_input_files([path])
    page.reload()
    holds.clear()
    begun = Upload.objects.get()
    listed = page.get_by_role("listitem").filter(has_text=path.name)
    expect(listed.get_by_text("has arrived.")).to_be_visible()
    offsets = []
    page.on("request", lambda request: offsets.append(request.headers.get("upload-offset")))
    with page.expect_file_chooser() as chooser:
        listed.get_by_role("button", name=f"Choose it {path.name}").click()
    chooser.value.set_files([path])
    page.get_by_text("Sent: 1 of 1.").wait_for()
    assert next(offset for offset in offsets if offset) == str(begun.received)
    assert begun.received > 0
    assert Upload.objects.get().pk == begun.pk
    assert kept_of(case) == digests([path])
    expect(page.get_by_text("Files that are not finished")).to_be_hidden()


def test_what_is_not_finished_can_be_discarded(open_as, violations, amina, case):
    Upload.objects.create(case=case, by=amina, length=1000, name="left.png", sha256="a" * 64)
    page = open_as(amina)
    page.goto(f"/cases/{case.pk}/")
    assert violations(page) == []
    page.get_by_role("button", name="Discard left.png").click()
    expect(page.get_by_text("Files that are not finished")).to_be_hidden()
    assert Upload.objects.get().state == UploadState.CANCELLED


def test_who_was_signed_out_signs_in_again_and_the_file_goes_on(open_as, live_server, amina, case, large_files):
    (path,) = large_files(1)
    page = open_as(amina)
    page.goto(f"/cases/{case.pk}/")
    Session.objects.all().delete()
    page.locator("#upload-files").set_input_files([path])
    rows(page).get_by_text("You were signed out. Sign in again in another tab").wait_for()
    sign_in(page, amina, live_server)
    page.evaluate("() => window.dispatchEvent(new Event('focus'))")
    page.get_by_text("Sent: 1 of 1.").wait_for()
    assert kept_of(case) == digests([path])


def test_the_files_of_a_page_are_not_sent_by_whoever_signed_in_since(
    open_as, live_server, amina, ines, case, large_files
):
    (path,) = large_files(1)
    page = open_as(amina)
    page.goto(f"/cases/{case.pk}/")
    sign_in(page, ines, live_server)
    page.locator("#upload-files").set_input_files([path])
    rows(page).get_by_text("Another person has signed in since.").wait_for()
    assert not Upload.objects.exists()
    assert not case.images.exists()


def sign_in(page, user, live_server):
    """What a sign-in in another tab leaves in the browser: another session, and another token."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    cookies = {"sessionid": client.cookies["sessionid"].value, "csrftoken": "b" * 32}
    page.context.add_cookies([{"name": name, "value": text, "url": live_server.url} for name, text in cookies.items()])


def test_one_file_under_two_names_is_sent_once(open_as, amina, case, large_files, tmp_path):
    (path,) = large_files(1)
    copy = tmp_path / "copy.png"
    copy.write_bytes(path.read_bytes())
    page = open_as(amina)
    page.goto(f"/cases/{case.pk}/")
    page.locator("#upload-files").set_input_files([path, copy])
    page.get_by_text("Sent: 1 of 1.").wait_for()
    rows(page).get_by_text("The same file is being sent already").wait_for()
    assert case.images.count() == Upload.objects.count() == 1


def test_a_better_picture_goes_in_pieces_too(open_as, amina, case, large_files, line_of, analyse):
    first, better = large_files(2)
    line = line_of([200_000, 100_000])
    page = open_as(amina, size=PHONE)
    page.goto(f"/cases/{case.pk}/")
    page.locator("#upload-files").set_input_files([first])
    page.get_by_text("Sent: 1 of 1.").wait_for()
    page.goto(f"{line.url}/images/{case.images.get().pk}/draft/")
    page.get_by_label("The new picture").set_input_files([better])
    page.get_by_role("button", name="Replace field 1").click()
    page.wait_for_url(f"{line.url}/cases/{case.pk}/#image-*")
    assert line.made == 2
    assert [image.sha256 for image in case.images.counting()] == digests([better])
