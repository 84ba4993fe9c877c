"""Requests made up from the schema never break the server, and its answers are as described."""

import pytest
import schemathesis
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounded
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from cases.states import CaseState
from microscopes.models import Microscope
from tests.contract.conftest import new_client, token_of
from tests.factories.specimens import model_version, specimen

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)


# The committed description: another test holds it equal to the code.
schema = schemathesis.openapi.from_path(settings.BASE_DIR / "docs" / "openapi.yaml")
schema.app = get_wsgi_application()
schema.config.update(base_url="http://testserver")


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
def known(db, amina, riverside):
    """Ids that exist, by the noun of the address."""
    made = specimen(by=amina, state=CaseState.READY, number=1, version=model_version())
    microscope = Microscope.objects.create(organisation=riverside, name="By the window")
    return {
        "patients": made.patient.pk,
        "cases": made.case.pk,
        "images": made.image.pk,
        "reports": made.case.pk,
        "microscopes": microscope.pk,
    }


@pytest.fixture
def token(db, riverside):
    scopes = ("cases:read", "cases:write", "images:write", "predictions:read", "reports:read")
    return token_of(new_client(riverside.slug, *scopes)).json()["access_token"]


OPERATIONS = [found.ok() for found in schema.get_all_operations()]


@pytest.mark.parametrize("operation", OPERATIONS, ids=[operation.label for operation in OPERATIONS])
def test_generated_requests_get_described_answers(operation, token, known):
    @given(case=operation.as_strategy())
    @bounded(
        max_examples=10,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case):
        for record in (None, known[case.path.split("/")[3]] if "{id}" in case.path else None):
            if record is not None:
                case.path_parameters = {"id": str(record)}
            response = case.call(headers={"Authorization": f"Bearer {token}"})
            case.validate_response(response, checks=CHECKS)

    ask()
