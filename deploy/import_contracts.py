"""A kind of import-linter contract: modules that only their own app imports. `pyproject.toml` names the apps and the modules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from importlinter import Contract, ContractCheck, fields, output

if TYPE_CHECKING:
    from grimp import ImportGraph


class PrivateModules(Contract):
    """No app imports these modules of another: what two apps need has a place that both may take it from.

    `apps` are packages, `modules` are names of modules or packages directly inside each; an app without one is fine.
    """

    type_name = "private_modules"

    apps = fields.ListField(subfield=fields.StringField())
    modules = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001 (import-linter's signature)
        """Find every import of a private module from outside its app."""
        found = sorted(
            (importer, imported)
            for app in self.apps
            for module in self.modules
            for imported in _modules_of(graph, f"{app}.{module}")
            for importer in graph.find_modules_that_directly_import(imported)
            if importer.partition(".")[0] != app
        )
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each import."""
        for importer, imported in check.metadata["found"]:
            output.print_error(f"{importer} imports {imported}, which is private to another app.", bold=False)


def _modules_of(graph: ImportGraph, package: str) -> set[str]:
    return {package, *graph.find_descendants(package)} if package in graph.modules else set()
