"""The contract of ours that import-linter holds the apps to."""

import pytest
from grimp import ImportGraph

from deploy.import_contracts import PrivateModules


@pytest.fixture
def graph():
    """Two apps: `pages` takes from `record`."""
    graph = ImportGraph()
    for name in ("record", "record.views", "record.views.case", "record.selectors", "pages", "pages.views"):
        graph.add_module(name)
    return graph


def check(graph):
    options = {"apps": ["record", "pages"], "modules": ["views", "forms"]}
    contract = PrivateModules("No app imports private modules of another", {}, options)
    return contract.check(graph, verbose=False)


def test_selectors_of_another_app_and_views_of_ones_own_may_be_imported(graph):
    graph.add_import(importer="pages.views", imported="record.selectors")
    graph.add_import(importer="record.views", imported="record.views.case")
    assert check(graph).kept


def test_a_view_of_another_app_breaks_the_contract_and_is_named(graph):
    graph.add_import(importer="pages.views", imported="record.views.case")
    found = check(graph)
    assert not found.kept
    assert found.metadata["found"] == [("pages.views", "record.views.case")]
