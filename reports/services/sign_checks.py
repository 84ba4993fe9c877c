"""What has to hold before a report can be signed, as sentences a signer can act on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.differential import LIMITED_BELOW
from cases.states import ImageState
from cases.stored_files import faults_of
from consult.selectors import open_opinions
from hematovision.languages import in_language
from reports.models import Insufficiency, ReportKind
from reports.pdf import PdfUnavailable, pdf_problem
from reports.presenters.changes import changes_between
from reports.presenters.content import identifiers_of
from review.selectors import images_in_analysis, sign_blockers

if TYPE_CHECKING:
    from typing import Any

    from cases.models import Case
    from reports.models import Report, ReportDraft
    from reports.selectors.case_evidence import CaseEvidence

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
    evidence: CaseEvidence,
    content: dict[str, Any],
    previous: Report | None,
) -> list[Check]:
    """Return every condition of the signature of the next version, met ones included."""
    found = [_pdf()]
    if kind == ReportKind.WITHDRAWN:
        return found
    if draft.insufficient:
        found += [
            *_files(case),
            *_analysed(case),
            _insufficient(draft),
            _opinions(case),
            *_label(case),
            _identity(case, draft),
        ]
        return found if previous is None else [*found, _difference(kind, previous, content)]
    found += [
        *_files(case),
        *_cells(case, evidence, content),
        _flagged(draft, content),
        _opinions(case),
        _count(draft, evidence),
        *_label(case),
        _identity(case, draft),
        _quality(draft, evidence),
    ]
    if previous is not None:
        found.append(_difference(kind, previous, content))
    return found


def unmet(checks: list[Check]) -> list[Check]:
    """Return those of `checks` that keep the report from being signed."""
    return [check for check in checks if not check.passed]


def _pdf() -> Check:
    if pdf_problem():
        return Check("pdf", passed=False, sentence=_(str(PdfUnavailable.default_sentence)))
    return Check("pdf", passed=True, sentence=_("The PDF can be made."))


def _files(case: Case) -> list[Check]:
    """Every image has to be there as it was received: who signs for what cannot be shown signs for nothing."""
    faults = faults_of(case.images.counting().order_by("ordinal"))
    if faults:
        return [Check("files", passed=False, sentence=sentence) for sentence in faults]
    return [Check("files", passed=True, sentence=_("Every image is there, as it was received."))]


def _cells(case: Case, evidence: CaseEvidence, content: dict[str, Any]) -> list[Check]:
    blockers = sign_blockers(case)
    if blockers:
        return [Check("cells", passed=False, sentence=sentence) for sentence in blockers]
    number = sum(not cell["removed"] for cell in evidence.cells)
    if not number:
        return [Check("cells", passed=True, sentence=_("There is no cell in this case."))]
    bulk = content["review"]["in_bulk"]
    sentence = (
        _("Every cell is reviewed and named: %(number)s (%(single)s one by one, %(bulk)s in bulk).")
        if bulk
        else _("Every cell is reviewed and named: %(number)s.")
    )
    values = {"number": number, "single": number - bulk, "bulk": bulk}
    return [Check("cells", passed=True, sentence=sentence % values)]


def _analysed(case: Case) -> list[Check]:
    """Cells need not be reviewed where none is reported; but what still comes might have been enough."""
    waiting = images_in_analysis(case)
    return [Check("cells", passed=False, sentence=waiting)] if waiting else []


def _insufficient(draft: ReportDraft) -> Check:
    label = str(Insufficiency(draft.insufficient).label)
    if draft.insufficient == Insufficiency.OTHER and not draft.insufficient_words.strip():
        sentence = _("Say in words why the specimen was insufficient for a differential.")
        return Check("insufficient", passed=False, sentence=sentence, field="insufficient_words")
    sentence = _("The report says that the specimen was insufficient for a differential: %(reason)s.")
    return Check("insufficient", passed=True, sentence=sentence % {"reason": label})


def _flagged(draft: ReportDraft, content: dict[str, Any]) -> Check:
    """A flag means "look again": somebody did and took it off, or says why the report can go out with it."""
    number = len(content["flagged"]["cells"])
    if not number:
        return Check("flagged", passed=True, sentence=_("No cell is flagged."))
    if draft.flagged_reason.strip():
        sentence = ngettext(
            "%(number)s cell is flagged, with a reason.", "%(number)s cells are flagged, with a reason.", number
        )
        return Check("flagged", passed=True, sentence=sentence % {"number": number})
    sentence = ngettext(
        "%(number)s cell is flagged. Look again and take the flag off, or say why it can stay.",
        "%(number)s cells are flagged. Look again and take the flag off, or say why it can stay.",
        number,
    )
    return Check("flagged", passed=False, sentence=sentence % {"number": number}, field="flagged_reason")


def _opinions(case: Case) -> Check:
    number = len(open_opinions(case))
    if number:
        sentence = ngettext(
            "%(number)s second opinion is still open.", "%(number)s second opinions are still open.", number
        )
        return Check("opinions", passed=False, sentence=sentence % {"number": number})
    return Check("opinions", passed=True, sentence=_("No second opinion is open."))


def _label(case: Case) -> list[Check]:
    """What the label of the slide said, where the clinic compared it: whoever signs sees what was said of another number."""
    said = case.label_checks.standing()
    if said is None:
        return []
    if said.agrees:
        return [Check("label", passed=True, sentence=_("The label of the slide was compared: it is of this case."))]
    sentence = _("The label of the slide said otherwise. The clinic kept it: %(reason)s") % {"reason": said.reason}
    return [Check("label", passed=True, sentence=sentence)]


def _count(draft: ReportDraft, evidence: CaseEvidence) -> Check:
    n = evidence.differential.n
    if n >= LIMITED_BELOW:
        return Check("count", passed=True, sentence=_("%(number)s leukocytes are counted.") % {"number": n})
    if draft.count_reason.strip():
        sentence = _("%(number)s leukocytes are counted, with a reason.") % {"number": n}
        return Check("count", passed=True, sentence=sentence)
    sentence = _("%(number)s leukocytes are counted. Under %(least)s the report needs a reason.")
    values = {"number": n, "least": LIMITED_BELOW}
    return Check("count", passed=False, sentence=sentence % values, field="count_reason")


def _identity(case: Case, draft: ReportDraft) -> Check:
    number = len(set(draft.identifiers) & set(identifiers_of(case.patient)))
    if number >= IDENTIFIERS_NEEDED:
        return Check("identity", passed=True, sentence=_("Two patient identifiers are confirmed."))
    return Check(
        "identity",
        passed=False,
        sentence=_("Compare two identifiers with the slide and the request, and tick them."),
        field="identifiers",
    )


def _quality(draft: ReportDraft, evidence: CaseEvidence) -> Check:
    wanting = wanting_fields(evidence)
    if not draft.quality_accepted:
        sentence = _("Accept the quality of the images.")
        return Check("quality", passed=False, sentence=sentence, field="quality_accepted")
    if wanting and not draft.quality_remark.strip():
        sentence = _("Say why the report can be signed although field %(fields)s is wanting.")
        values = {"fields": ", ".join(map(str, wanting))}
        return Check("quality", passed=False, sentence=sentence % values, field="quality_remark")
    return Check("quality", passed=True, sentence=_("The quality of the images is accepted."))


def wanting_fields(evidence: CaseEvidence) -> list[int]:
    """Return the numbers of the fields that are of poor quality or could not be analysed."""
    return [
        image["ordinal"]
        for image in evidence.images
        if image["quality"] == "poor" or image["state"] != ImageState.ANALYSED
    ]


def _difference(kind: ReportKind, previous: Report, content: dict[str, Any]) -> Check:
    """A correction changes something; an addendum changes words and nothing that was counted or measured."""
    changes = changes_between(previous.data, content)
    if not changes:
        sentence = _("Nothing differs from version %(version)s.") % {"version": previous.version}
        return Check("changes", passed=False, sentence=sentence)
    words = {_("Interpretation"), _("Comments")}
    other = list(dict.fromkeys(change["what"] for change in changes if change["what"] not in words))
    if kind == ReportKind.APPENDED and _changes_more_than_words(previous, content):
        sentence = _("An addendum changes words only, and this differs as well: %(values)s. Correct it.")
        return Check("changes", passed=False, sentence=sentence % {"values": ", ".join(other).lower()})
    sentence = _("%(number)s values differ from version %(version)s.")
    return Check("changes", passed=True, sentence=sentence % {"number": len(changes), "version": previous.version})


def _changes_more_than_words(previous: Report, content: dict[str, Any]) -> bool:
    """Whether anything differs that was counted or measured; told by the names in English, of which no two are the same."""
    with in_language("en"):
        changed = {change["what"] for change in changes_between(previous.data, content)}
    return bool(changed - {"Interpretation", "Comments"})
