"""The Python client of docs/api.md does what is written there, against a running server."""

import re

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from accounts.services import create_api_client
from cases.models import Case, OrderRejection
from cases.states import CaseState, ImageState, OrderState
from integrations.models import EventType
from tests.accounts.client_keys import document
from tests.contract.conftest import ALL_SCOPES, new_client, picture
from tests.factories.reports import PDF, signed_report
from tests.factories.specimens import specimen

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

TEXT = (settings.BASE_DIR / "docs" / "api.md").read_text()
SIGNING, CLIENT, WALK = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def test_from_the_patient_to_the_pdf(live_server, riverside, amina, pavel, tmp_path, monkeypatch):
    signed = specimen(by=amina, state=CaseState.SIGNED, number=1, version=None).case
    report = signed_report(signed, pavel)
    made = new_client(riverside.slug, *ALL_SCOPES)
    (tmp_path / "field-1.jpg").write_bytes(picture())
    monkeypatch.chdir(tmp_path)
    names = {"BASE": live_server.url, "CLIENT_ID": made["client_id"], "CLIENT_SECRET": made["client_secret"]}

    exec(CLIENT + WALK, names)  # noqa: S102 - what the document tells its readers to run

    case = Case.objects.get(accession_number="A-2026-000124")
    assert (case.state, str(case.wbc), case.images.count()) == (names["case"]["state"], "7.40", 1)
    assert case.state != CaseState.DRAFT
    assert names["content"]["report"]["id"] == str(report.pk)
    assert names["pdf"] == PDF

    # A line that stays open would hold a connection to the database.
    with names["lis"] as lis, pytest.raises(ValueError, match="1 field must be corrected: wbcc"):
        lis.patch(f"/cases/{case.pk}/", json={"wbcc": "9"})


def test_a_key_in_place_of_the_secret(live_server, riverside, settings):
    settings.HEMATOVISION_BASE_URL = live_server.url
    key = ec.generate_private_key(ec.SECP384R1())
    made = create_api_client(
        actor=None, name="LIS", organisation=riverside, scopes=["reports:read"], jwks=document({"2026-a": key})
    )
    names = {"CLIENT_ID": made.client_id, "PRIVATE_KEY": key}

    exec(SIGNING.replace("https://hematovision.example", live_server.url), names)  # noqa: S102 - as above

    assert names["answer"].json()["scope"] == "system/DiagnosticReport.rs reports:read"


def test_the_client_is_twelve_lines():
    assert len([line for line in CLIENT.splitlines() if line.strip()]) == 12


def table_of(noun):
    """The rows of the document's table of the states of `noun`."""
    return re.search(rf"\| `state` of {noun} .*?\n\n", TEXT, re.DOTALL).group()


@pytest.mark.parametrize(
    ("noun", "states"), [("a case", CaseState), ("an order", OrderState), ("an image", ImageState)]
)
def test_the_document_says_what_every_state_means(noun, states):
    rows = table_of(noun)
    assert {
        state for state in states.values if not re.search(rf"^\|[^|]*`{state}`[^|]*\| \w", rows, re.MULTILINE)
    } == set()


def test_the_document_names_every_reason_of_a_rejected_order():
    assert {code for code in OrderRejection.values if f"`{code}`" not in table_of("an order")} == set()


def test_the_document_names_every_event():
    assert {event for event in EventType.values if f"`{event}`" not in TEXT} == set()
