"""Tests that share something dear are run by one process: what takes their group away does so without a word."""

import pytest


@pytest.mark.xdist_group("together")
def test_the_group_of_a_test_is_known_to_the_processes(request):
    if not hasattr(request.config, "workerinput"):
        pytest.skip("All tests are run by one process.")
    assert request.node.nodeid.endswith("@together")
