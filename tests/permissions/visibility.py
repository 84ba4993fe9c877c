"""Who may know of which case, and of what was found in it. Written down, not computed by the code under test."""

from __future__ import annotations

from tests.permissions.matrix import Row
from tests.permissions.world import World

# Case, image, patient: names, numbers and ids.
CASES = {
    "draft": {"amina", "ines", "olga", "t_read", "t_write", "t_all", "t_acting"},
    "ready": {"amina", "pavel", "ines", "olga", "t_read", "t_write", "t_all", "t_lab", "t_acting"},
    "in_review": {"amina", "pavel", "ines", "olga", "t_read", "t_write", "t_all", "t_lab", "t_acting"},
    "rejected": {"amina", "pavel", "ines", "olga", "t_read", "t_write", "t_all", "t_lab", "t_acting"},
    "signed": {"amina", "pavel", "ines", "olga", "t_read", "t_write", "t_all", "t_report", "t_lab", "t_acting"},
    "far": {"lars", "nadia", "petra", "timo", "t_north", "t_acts_north"},
}
# Cells and predictions: before sign-out not for the clinic, unless by scope.
FINDINGS = {
    "draft": set(),
    "ready": {"pavel", "ines", "olga", "t_all", "t_lab"},
    "in_review": {"pavel", "ines", "olga", "t_all", "t_lab"},
    "rejected": {"pavel", "ines", "olga", "t_all", "t_lab"},
    "signed": {"amina", "pavel", "ines", "olga", "t_read", "t_write", "t_all", "t_report", "t_lab", "t_acting"},
    "far": {"nadia", "petra", "timo", "t_north"},
}
# Lists that must show what the caller may see: an empty list hides everything and proves nothing.
LISTS = {
    "api:cases": "case",
    "api:orders": "order",
    "workbench:orders": "order",
    "api:patients": "patient",
    "api:predictions": "prediction",
    "api:reports": "report",
    "fhir:diagnostic_reports": "report",
    "fhir:patients": "patient",
    "fhir:service_requests": "order",
    "fhir:tasks": "order",
    "workbench:worklist": "case",
}


def hidden_from(world: World, who: str) -> set[str]:
    """Return the texts that no answer to ``who`` may contain."""
    texts: set[str] = set()
    for name, made in world.specimens.items():
        if who not in CASES[name]:
            texts |= made.secrets()
        if who not in FINDINGS[name]:
            texts |= made.findings()
    return texts


def shown_to(world: World, who: str, row: Row) -> set[str]:
    """Return the ids that a list answered with 200 to ``who`` must contain."""
    noun = LISTS.get(row.route)
    if noun is None or row.method != "GET" or dict(row.expected)[who] != "200":
        return set()
    if noun == "report":
        return {str(world.objects["report"].pk)} if who in CASES["signed"] else set()
    if noun == "order":
        orders = {"ready": "order", "in_review": "reviewed_order", "far": "far_order"}
        return {str(world.objects[order].pk) for name, order in orders.items() if who in CASES[name]}
    table = FINDINGS if noun == "prediction" else CASES
    found: set[str] = set()
    for name, made in world.specimens.items():
        if who in table[name]:
            rows = made.predictions if noun == "prediction" else [getattr(made, noun)]
            found |= {str(one.pk) for one in rows}
    return found
