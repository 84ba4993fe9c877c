"""Whatever a caller passes, identifying values do not reach the log."""

import json
import logging

import pytest
import structlog
from django.conf import settings
from django.test import Client

from hematovision.logs import WITHHELD, drop_identifying_values


def test_identifying_keys_are_withheld_at_any_depth():
    event = {
        "event": "patient_registered",
        "patient_id": "6f1c",
        "mrn": "MRN-1",
        "form": {"family_name": "Okafor", "sex": "female"},
    }
    assert drop_identifying_values(None, "info", event) == {
        "event": "patient_registered",
        "patient_id": "6f1c",
        "mrn": WITHHELD,
        "form": {"family_name": WITHHELD, "sex": "female"},
    }


def test_the_query_of_a_request_line_is_cut_off():
    event = drop_identifying_values(None, "info", {"event": "request_started", "request": "GET /?q=MRN-1"})
    assert event["request"] == "GET /"


@pytest.mark.parametrize(
    ("line", "logged"),
    [
        ("GET /accounts/invitation/s3cr3t-T0ken/", f"GET /accounts/invitation/{WITHHELD}/"),
        ("Bad Request: /accounts/invitation/s3cr3t-T0ken/", f"Bad Request: /accounts/invitation/{WITHHELD}/"),
        ("POST /accounts/password/reset/key/1a-abc123/", f"POST /accounts/password/reset/key/{WITHHELD}/"),
        ("GET /accounts/confirm-email/MQ:1abc:x_y/", f"GET /accounts/confirm-email/{WITHHELD}/"),
    ],
)
def test_a_link_that_grants_access_is_logged_without_its_secret(line, logged):
    event = drop_identifying_values(None, "info", {"event": line, "request": line})
    assert event == {"event": logged, "request": logged}


def test_a_log_line_is_json_with_the_event_and_its_ids():
    line = logging.LogRecord("cases", logging.INFO, __file__, 1, {"event": "case_created", "mrn": "MRN-1"}, (), None)
    line._logger = None
    line._name = "info"
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()],
        foreign_pre_chain=settings.SHARED_PROCESSORS,
    )
    plain = logging.LogRecord("cases", logging.INFO, __file__, 1, "case_created", (), None)
    assert json.loads(formatter.format(plain))["event"] == "case_created"


@pytest.mark.django_db
def test_a_search_leaves_no_mrn_in_the_log(caplog):
    caplog.set_level(logging.DEBUG)
    Client().get("/", {"q": "MRN-4711-SECRET"})
    assert "MRN-4711-SECRET" not in caplog.text
