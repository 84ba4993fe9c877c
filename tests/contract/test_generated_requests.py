"""Requests made up from the schema: those it allows are taken, those it forbids are refused, and all answers are as described.

What no description of a request can say is given as it would be by a caller who read the answers before: the address of a
page, the id of a patient or microscope, a picture. What depends on the record beside that is refused by 409, 412 or 422.
"""

import pytest
import schemathesis
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounded
from schemathesis.checks import not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    missing_required_header,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from cases.states import CaseState
from microscopes.models import Microscope
from sandbox.models import TriedPicture
from tests.contract.conftest import new_client, picture, token_of
from tests.factories.connections import a_connection
from tests.factories.orders import waiting_order
from tests.factories.specimens import model_version, specimen

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    missing_required_header,
    positive_data_acceptance,
    negative_data_rejection,
)
# 403: what administrators do in a session, no token does.
TAKEN_OR_LEFT_TO_THE_RECORD = ["2xx", "403", "404", "409", "412", "422"]
# They take no more than a tag of an earlier answer.
NOTHING_CAN_BE_WRONG = {"GET /api/v1/", "GET /api/v1/me/"}
REFUSED = ["400", "403", "404", "409", "412", "415", "422"]


# The committed description: another test holds it equal to the code.
schema = schemathesis.openapi.from_path(settings.BASE_DIR / "docs" / "openapi.yaml")
schema.app = get_wsgi_application()
schema.config.update(base_url="http://testserver")
schema.config.checks.positive_data_acceptance.expected_statuses = TAKEN_OR_LEFT_TO_THE_RECORD
schema.config.checks.negative_data_rejection.expected_statuses = REFUSED


@pytest.fixture(autouse=True)
def _application(token):
    """Call the WSGI application within the test's transaction: it must not close the connection.

    After `token`: Django's test client connects these signals again when it is done.
    """
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def known(db, amina, ines, riverside, central):
    """Ids that exist, by the noun of the address."""
    made = specimen(by=amina, state=CaseState.READY, number=1, version=model_version())
    microscope = Microscope.objects.create(organisation=riverside, name="By the window")
    return {
        "patients": made.patient.pk,
        "cases": made.case.pk,
        "orders": waiting_order(amina).pk,
        "images": made.image.pk,
        "reports": made.case.pk,
        "microscopes": microscope.pk,
        "try": TriedPicture.objects.create(address_digest="x", width=1, height=1).pk,
        "connections": a_connection(central, ines).pk,
    }


@pytest.fixture
def token(db, riverside):
    scopes = (
        "cases:read",
        "cases:write",
        "images:write",
        "patients:write",
        "predictions:read",
        "reports:read",
        "orders:read",
        "orders:write",
        "try:write",
    )
    return token_of(new_client(riverside.slug, *scopes)).json()["access_token"]


OPERATIONS = [found.ok() for found in schema.get_all_operations()]


ASKED = [
    (operation, mode)
    for operation in OPERATIONS
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    if mode is GenerationMode.POSITIVE or operation.label not in NOTHING_CAN_BE_WRONG
]


@pytest.mark.parametrize(("operation", "mode"), ASKED, ids=[f"{one.label}-{mode.value}" for one, mode in ASKED])
def test_generated_requests_get_described_answers(operation, mode, token, known):
    @given(case=operation.as_strategy(generation_mode=mode))
    @bounded(
        max_examples=10,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case):
        if mode is GenerationMode.POSITIVE:
            name_what_there_is(case, known)
        ask_and_check(case, token)
        if "{id}" in case.path and not is_wrong(case, ParameterLocation.PATH):
            case.path_parameters = {"id": str(known[case.path.split("/")[3]])}
            ask_and_check(case, token)

    ask()


def ask_and_check(case, token):
    # In-process there is no transport that would take a compressed answer apart.
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    case.validate_response(case.call(headers=headers), checks=CHECKS)


def is_wrong(case, location):
    """Whether this part of the request is one that the description forbids."""
    part = case.meta.components.get(location)
    return part is not None and part.mode.is_negative


def name_what_there_is(case, known):
    """Put what exists where the description can only say of which form it is."""
    if isinstance(case.query, dict):
        case.query.pop("cursor", None)
        case.query.pop("after", None)
        # Nothing happens meanwhile: there is nothing to wait for.
        case.query.pop("wait", None)
    if isinstance(case.body, dict):
        # Only a laboratory's client names a clinic.
        case.body.pop("clinic", None)
        # An order has a case once.
        case.body.pop("order", None)
        there = {
            "patient": str(known["patients"]),
            "microscope": str(known["microscopes"]),
            "replaces": str(known["images"]),
            "file": picture(),
        }
        case.body.update({name: value for name, value in there.items() if name in case.body})
