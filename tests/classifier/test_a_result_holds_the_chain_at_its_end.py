"""Storing a result locks the head of the audit trail after everything else is written, so that others write meanwhile."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.services import verify_chain
from classifier.services.outcomes import store_result
from classifier.services.runs import claim_analysis
from tests.factories.analyses import field_result

pytestmark = pytest.mark.django_db


def test_nothing_but_the_audit_trail_is_asked_once_its_head_is_locked(image):
    analysis = claim_analysis(image_id=image.pk, worker="w")
    with CaptureQueriesContext(connection) as asked:
        assert store_result(analysis=analysis, result=field_result([(2, 2, 10, 10)]))
    statements = [query["sql"] for query in asked.captured_queries]
    first = next(place for place, sql in enumerate(statements) if "audit_chainhead" in sql)
    later = [sql for sql in statements[first:] if "audit_" not in sql and "SAVEPOINT" not in sql]
    assert later == []
    assert any("cases_cell" in sql for sql in statements[:first])
    assert verify_chain().intact
