"""A logged defect shows where it happened, never what was in the variables: those hold patients."""

import logging
import sys

import pytest
from django.conf import settings


def log_a_defect(formatter_name):
    formatter_config = dict(settings.LOGGING["formatters"][formatter_name])
    formatter = formatter_config.pop("()")(**formatter_config)
    logger = logging.getLogger("tests.defect")
    try:
        family_name = "Okafor-Local-Value"
        len(family_name) // 0
    except ZeroDivisionError:
        record = logger.makeRecord("tests.defect", logging.ERROR, __file__, 1, "it broke", (), sys.exc_info())
    return formatter.format(record)


@pytest.mark.parametrize("formatter", ["json", "console"])
def test_the_trace_is_there_and_the_values_are_not(formatter):
    line = log_a_defect(formatter)
    assert "it broke" in line
    assert "ZeroDivisionError" in line
    assert "in log_a_defect" in line
    assert "= 'Okafor-Local-Value'" not in line
