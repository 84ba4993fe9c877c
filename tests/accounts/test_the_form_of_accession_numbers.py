"""A laboratory says of which form its accession numbers are; no pattern that it may write keeps a scan busy."""

import pytest
from django.core.exceptions import ValidationError

from accounts.accession_pattern import check_accession_pattern, fits
from accounts.services import update_organisation
from hematovision.errors import Unprocessable

TAKEN = [
    r"[A-Z]{1,2}-\d{4}-\d{1,6}",
    r"HV-\d{4}-\d{6}",
    r"(?:A|B|HV)-[0-9]{4}/\w+",
    r"\d{8}|[A-Z]\d{7}",
    r"S\.\d+ ?[A-Za-z_-]*",
]
REFUSED = [
    r"(a+)+b",
    r"(\d|\d\d)*",
    r"(?=A)\d+",
    r"(A)\1",
    r"\d+*",
    r"([A-Z]",
    r"[Z-A]",
    r"\d{5,2}",
    r"A+B+C+D+",
    r"A|B|C|D|E|F|G|H|I|J",
    r"^\d+$",
    r"\d+" + "\n",
    r"(?i)a",
    r"Ä+",
]


@pytest.mark.parametrize("pattern", TAKEN)
def test_a_form_of_numbers_is_taken(pattern):
    check_accession_pattern(pattern)


@pytest.mark.parametrize("pattern", REFUSED)
def test_what_is_none_or_may_take_long_is_refused(pattern):
    with pytest.raises(ValidationError):
        check_accession_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "code", "is_one"),
    [
        (TAKEN[0], "A-2026-14", True),
        (TAKEN[0], "A-2026-14 ", False),
        (TAKEN[0], "xA-2026-14", False),
        (TAKEN[0], "A-٢٠٢٦-14", False),
        ("", "whatever it says", True),
        ("", "9" * 65, False),
        (r"\d+", "9" * 65, False),
        (r"A|B", "AB", False),
    ],
)
def test_a_code_is_of_the_form_as_a_whole(pattern, code, is_one):
    assert fits(pattern, code) is is_one


def test_an_administrator_is_told_what_to_write(ines, central):
    with pytest.raises(Unprocessable) as caught:
        update_organisation(
            actor=ines, organisation=central, name=central.name, is_active=True, accession_pattern="(a+)+"
        )
    assert "Example" in caught.value.sentence


def test_what_was_said_is_kept_and_in_the_audit_trail(ines, central):
    from audit.models import AuditEvent

    update_organisation(
        actor=ines,
        organisation=central,
        name=central.name,
        is_active=True,
        leave_out_metadata=False,
        accession_pattern=r" \d{6} ",
        accession_strip="LAB:",
    )
    central.refresh_from_db()
    assert (central.leave_out_metadata, central.accession_pattern, central.accession_strip) == (False, r"\d{6}", "LAB:")
    after = AuditEvent.objects.latest("pk").after
    assert (after["leave_out_metadata"], after["accession_pattern"]) == (False, r"\d{6}")
