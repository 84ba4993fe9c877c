"""What has to hold before a report can be signed, as sentences a signer can act on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cases.differential import LIMITED_BELOW
from cases.states import ImageState
from consult.selectors import open_opinions
from reports.changes import changes_between
from reports.content import IDENTIFIERS
from reports.models import ReportKind
from reports.pdf import PdfUnavailable, pdf_problem
from review.selectors import sign_blockers

if TYPE_CHECKING:
    from typing import Any

    from cases.models import Case
    from reports.facts import CaseFacts
    from reports.models import Report, ReportDraft

IDENTIFIERS_NEEDED = 2


@dataclass(frozen=True, slots=True)
class Check:
    """One condition: `passed`, and the sentence that says so or what is missing. `field` is where it is mended."""

    code: str
    passed: bool
    sentence: str
    field: str = ""


def sign_checks(
    *,
    case: Case,
    kind: ReportKind,
    draft: ReportDraft,
    facts: CaseFacts,
    content: dict[str, Any],
    previous: Report | None,
) -> list[Check]:
    """Return every condition of the signature of the next version, met ones included."""
    found = [_pdf()]
    if kind == ReportKind.WITHDRAWN:
        return found
    found += [*_cells(case, facts), _opinions(case), _count(draft, facts), _identity(draft), _quality(draft, facts)]
    if previous is not None:
        found.append(_difference(kind, previous, content))
    return found


def unmet(checks: list[Check]) -> list[Check]:
    """Return those of `checks` that keep the report from being signed."""
    return [check for check in checks if not check.passed]


def _pdf() -> Check:
    if pdf_problem():
        return Check("pdf", passed=False, sentence=PdfUnavailable.default_sentence)
    return Check("pdf", passed=True, sentence="The PDF can be made.")


def _cells(case: Case, facts: CaseFacts) -> list[Check]:
    blockers = sign_blockers(case)
    if blockers:
        return [Check("cells", passed=False, sentence=sentence) for sentence in blockers]
    number = sum(not cell["removed"] for cell in facts.cells)
    if not number:
        return [Check("cells", passed=True, sentence="There is no cell in this case.")]
    return [Check("cells", passed=True, sentence=f"Every cell is reviewed and named: {number}.")]


def _opinions(case: Case) -> Check:
    number = len(open_opinions(case))
    if number:
        waits = "second opinion is" if number == 1 else "second opinions are"
        return Check("opinions", passed=False, sentence=f"{number} {waits} still open.")
    return Check("opinions", passed=True, sentence="No second opinion is open.")


def _count(draft: ReportDraft, facts: CaseFacts) -> Check:
    n = facts.differential.n
    if n >= LIMITED_BELOW:
        return Check("count", passed=True, sentence=f"{n} leukocytes are counted.")
    if draft.count_reason.strip():
        return Check("count", passed=True, sentence=f"{n} leukocytes are counted, with a reason.")
    return Check(
        "count",
        passed=False,
        sentence=f"{n} leukocytes are counted. Under {LIMITED_BELOW} the report needs a reason.",
        field="count_reason",
    )


def _identity(draft: ReportDraft) -> Check:
    number = len(set(draft.identifiers) & set(IDENTIFIERS))
    if number >= IDENTIFIERS_NEEDED:
        return Check("identity", passed=True, sentence="Two patient identifiers are confirmed.")
    return Check(
        "identity",
        passed=False,
        sentence="Compare two identifiers with the slide and the request, and tick them.",
        field="identifiers",
    )


def _quality(draft: ReportDraft, facts: CaseFacts) -> Check:
    wanting = wanting_fields(facts)
    if not draft.quality_accepted:
        return Check("quality", passed=False, sentence="Accept the quality of the images.", field="quality_accepted")
    if wanting and not draft.quality_remark.strip():
        fields = ", ".join(map(str, wanting))
        return Check(
            "quality",
            passed=False,
            sentence=f"Say why the report can be signed although field {fields} is wanting.",
            field="quality_remark",
        )
    return Check("quality", passed=True, sentence="The quality of the images is accepted.")


def wanting_fields(facts: CaseFacts) -> list[int]:
    """Return the numbers of the fields that are of poor quality or could not be read."""
    return [
        image["ordinal"]
        for image in facts.images
        if image["quality"] == "poor" or image["state"] != ImageState.ANALYSED
    ]


def _difference(kind: ReportKind, previous: Report, content: dict[str, Any]) -> Check:
    """A correction changes something; an addition changes words and nothing that was counted or measured."""
    changes = changes_between(previous.data, content)
    if not changes:
        return Check("changes", passed=False, sentence=f"Nothing differs from version {previous.version}.")
    words = {"Interpretation", "Comments"}
    other = [change["what"] for change in changes if change["what"] not in words]
    if kind == ReportKind.APPENDED and other:
        sentence = f"An addition changes words only, and this differs as well: {', '.join(other).lower()}. Correct it."
        return Check("changes", passed=False, sentence=sentence)
    return Check("changes", passed=True, sentence=f"{len(changes)} values differ from version {previous.version}.")
