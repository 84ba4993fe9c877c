"""A case and its fields are opened without a connection, outlive a restart of the browser, and arrive once, as who kept them."""

import pytest
from playwright.sync_api import expect

from audit.models import AuditEvent
from cases.models import Case, SmearImage
from offline.models import DeviceKey
from offline.services.device_keys import revoke_device_key

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def keep_case(phone, field_file):
    """Keep a case with two fields on the page that opens without a connection."""

    def keep():
        page = phone.page
        page.goto("/")
        page.locator("#kept-mrn").fill("R-104711")
        page.locator("#id_family_name").fill("Okafor")
        page.locator("#id_given_name").fill("Ada")
        page.locator("#id_birth_date").fill("1990-01-01")
        page.locator("#id_accession_number").fill("A-2026-14")
        page.locator("#kept-files").set_input_files([field_file(1), field_file(2)])
        expect(page.get_by_text("Fields chosen: 2")).to_be_visible()
        page.get_by_role("button", name="Keep the case").click()
        expect(page.get_by_text("The case is kept on this device with its fields")).to_be_visible()
        expect(page.get_by_text("New case, fields: 2")).to_be_visible()

    return keep


def test_a_case_outlives_a_restart_and_arrives_when_the_line_is_back(phone, amina, keep_case):
    phone.arrive(amina)
    phone.go_offline()
    keep_case()
    phone.restart()
    phone.go_offline()
    phone.page.goto("/")
    expect(phone.page.get_by_text("New case, fields: 2")).to_be_visible()
    phone.go_online()
    expect(phone.page.get_by_text("Nothing waits on this device.")).to_be_visible()
    case = Case.objects.get()
    assert (case.accession_number, case.patient.mrn, case.created_by) == ("A-2026-14", "R-104711", amina)
    assert case.images.count() == 2
    assert phone.kept() == []


def test_who_was_signed_out_meanwhile_signs_in_and_loses_nothing(phone, amina, keep_case):
    phone.arrive(amina)
    phone.go_offline()
    keep_case()
    phone.sign_out()
    phone.go_online()
    expect(phone.page.get_by_text("You are signed out. Sign in to send what waits.")).to_be_visible()
    assert not Case.objects.exists()
    phone.arrive(amina)
    # What was under way there goes on here.
    phone.page.goto("/offline/")
    expect(phone.page.get_by_text("Nothing waits on this device.")).to_be_visible()
    assert SmearImage.objects.filter(case__accession_number="A-2026-14").count() == 2


def test_two_accounts_on_one_phone(phone, amina, bora, ines, keep_case):
    phone.arrive(amina)
    phone.go_offline()
    keep_case()
    phone.sign_in(bora)
    phone.go_online()
    expect(phone.page.get_by_text("Signed in as Bora.")).to_be_visible()
    expect(phone.page.get_by_text("Kept for Amina, who has to sign in")).to_be_visible()
    expect(phone.page.get_by_role("button", name="Discard")).to_have_count(0)
    assert not Case.objects.exists()
    phone.arrive(bora)
    expect(phone.page.get_by_text("Kept on this device for Amina: 3.")).to_be_visible()
    phone.sign_in(ines)
    phone.page.goto("/offline/")
    phone.page.get_by_role("button", name="Discard").click()
    phone.page.get_by_role("button", name="Discard it and its fields for good").click()
    expect(phone.page.get_by_text("Nothing waits on this device.")).to_be_visible()
    assert AuditEvent.objects.get(action="delete", object_id=str(amina.pk)).actor_id == ines.pk


def test_a_revoked_device_loses_what_it_keeps_and_says_so(phone, amina, keep_case):
    phone.arrive(amina)
    phone.go_offline()
    keep_case()
    revoke_device_key(actor=amina, device=DeviceKey.objects.get().pk)
    phone.go_online()
    expect(phone.page.get_by_text("Its key was revoked: it cannot be opened any more")).to_be_visible()
    assert not Case.objects.exists()
    phone.page.get_by_role("button", name="Discard").click()
    phone.page.get_by_role("button", name="Discard it and its fields for good").click()
    expect(phone.page.get_by_text("Nothing waits on this device.")).to_be_visible()
