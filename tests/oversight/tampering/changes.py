"""The list of forced changes: what is done, and which record has to be named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.oversight.tampering.record import Record

OTHER = "0" * 64


@dataclass(frozen=True)
class Change:
    """One statement, or one thing done to a file, and what a finding has to name."""

    what: str
    sql: str = ""
    values: Callable[[Record], list[Any]] | None = None
    file: Callable[[Record], tuple[Path, bytes | None]] | None = None
    names: Callable[[Record], Any] = lambda _: ""


def _update(what, table, columns, pk, *values, key="id", names=None):
    return Change(
        f"{what}: {table} {columns}",
        sql=f"UPDATE {table} SET {columns} WHERE {key} = %s",
        values=lambda record: [*[value(record) if callable(value) else value for value in values], pk(record)],
        names=names or pk,
    )


def _delete(what, pk, *steps, names=None):
    """Remove rows: each step a table and the column that holds the id."""
    sql = ";".join(f"DELETE FROM {step} WHERE {column} = %s" for step, column in steps)
    return Change(f"{what}: removed", sql=sql, values=lambda record: [pk(record)] * len(steps), names=names or pk)


def _file(what, path, content, names):
    return Change(what, file=lambda record: (Path(path(record)), content), names=names)


def _event(record):
    return record.event.pk


def _person(record):
    return record.person.pk


def _model(record):
    return record.model.pk


def _merge(record):
    return record.merge.pk


def _double(record):
    return record.merge.from_patient_id


def _patient(record):
    return record.patient.pk


def _case(record):
    return record.case.pk


def _image(record):
    return record.image.pk


def _analysis(record):
    return record.analysis.pk


def _cell(record):
    return record.cell.pk


def _prediction(record):
    return record.prediction.pk


def _action(record):
    return record.action.pk


def _report(record):
    return record.report.pk


def _delivery(record):
    return record.delivery.pk


def _waiting(record):
    return record.waiting.pk


def _waiting_image(record):
    return record.waiting_image.pk


def _waiting_analysis(record):
    return record.waiting_analysis.pk


def _waiting_cell(record):
    return record.waiting_cell.pk


def _comment(record):
    return record.comment.pk


def _order(record):
    return record.order.pk


def _draft(record):
    return record.draft.pk


def _draft_image(record):
    return record.draft_image.pk


_TRAIL = [
    _update("an event's reason", "audit_auditevent", "reason = 'nothing'", _event),
    _update("who did it", "audit_auditevent", "actor_name = 'Somebody Else'", _event),
    _update("when it was done", "audit_auditevent", "at = '2001-01-01 00:00:00+00:00'", _event),
    _update("its outcome", "audit_auditevent", "outcome = 'denied'", _event),
    _delete("an event", _event, ("audit_auditevent", "id")),
    Change("the head of the chain", sql="UPDATE audit_chainhead SET position = position - 1", names=lambda _: "event"),
    Change("the head row removed", sql="DELETE FROM audit_chainhead", names=lambda _: "event"),
]
_PEOPLE = [
    _update("a role", "accounts_user", "role = 'administrator'", _person),
    _delete("an account", _person, ("account_emailaddress", "user_id"), ("accounts_user", "id")),
]
_CASES = [
    _update("the patient's case given to another clinic", "cases_case", "clinic_id = laboratory_id", _case),
    _update("an accession number", "cases_case", "accession_number = 'X-1'", _waiting),
    _update("the stain", "cases_case", "stain = 'giemsa'", _waiting),
    _update("the scale of a case", "cases_case", "um_per_px = 0.2", _waiting),
    _update("the white cell count", "cases_case", "wbc = 61", _waiting),
    _update("where the count is from", "cases_case", "wbc_source = 'Guess'", _waiting),
    _update("the priority", "cases_case", "priority = 'stat'", _waiting),
    _update("a state set back", "cases_case", "state = 'ready'", _case),
    _update("a draft cancelled", "cases_case", "state = 'cancelled'", _draft),
    _update("a step", "cases_casetransition", "to_state = 'cancelled'", _case, key="case_id"),
    _delete("the steps of a case", _case, ("cases_casetransition", "case_id")),
    _delete(
        "an unsigned case",
        _draft,
        ("cases_imagetransition", "image_id IN (SELECT id FROM cases_smearimage WHERE case_id"),
        ("cases_smearimage", "case_id"),
        ("cases_casetransition", "case_id"),
        ("cases_case", "id"),
    ),
    _delete("a patient", _patient, ("cases_patient", "id")),
    _update("a patient merged by force", "cases_patient", "merged_into_id = %s", _patient, _double),
    _update("a merge forgotten", "cases_patient", "merged_into_id = NULL", _double),
    _update("why they were merged", "cases_patientmerge", "reason = 'Nothing.'", _merge),
    _update("who merged them", "cases_patientmerge", "merged_by_id = %s", _merge, lambda r: r.case.owner_id),
    _delete("a merge", _merge, ("cases_patientmerge", "id")),
]
_ORDERS = [
    _update("the number of an order", "cases_order", "placer_number = 'X-1'", _order),
    _update("how urgent an order is", "cases_order", "priority = 'stat'", _order),
    _update("an order cancelled", "cases_order", "state = 'cancelled'", _order),
    _update("the case of an order", "cases_order", "case_id = %s, state = 'accepted'", _order, _draft),
    _update("a step of an order", "cases_ordertransition", "to_state = 'accepted'", _order, key="order_id"),
    _delete("the steps of an order", _order, ("cases_ordertransition", "order_id")),
    _delete("an order", _order, ("cases_ordertransition", "order_id"), ("cases_order", "id")),
]
_IMAGES = [
    _update("the hash of an image", "cases_smearimage", "sha256 = %s", _waiting_image, OTHER),
    _update("its size in bytes", "cases_smearimage", "byte_size = byte_size + 1", _waiting_image),
    _update("its width", "cases_smearimage", "width = width + 1", _waiting_image),
    _update("its camera", "cases_smearimage", "camera = 'Another'", _waiting_image),
    _update("its number", "cases_smearimage", "ordinal = 9", _waiting_image),
    _update("its file", "cases_smearimage", "original = 'elsewhere.png'", _waiting_image),
    _update("its case", "cases_smearimage", "case_id = %s, ordinal = 9", _draft_image, _waiting),
    _update("its state", "cases_smearimage", "state = 'analysed'", _draft_image),
    _update("a step of an image", "cases_imagetransition", "from_state = 'failed'", _waiting_image, key="image_id"),
    _delete("the steps of an image", _waiting_image, ("cases_imagetransition", "image_id")),
    _delete("an unsigned image", _draft_image, ("cases_imagetransition", "image_id"), ("cases_smearimage", "id")),
    _file("an unsigned original swapped", lambda r: r.waiting_image.original.path, b"another", _waiting_image),
    _file("an unsigned original missing", lambda r: r.draft_image.original.path, None, _draft_image),
    _file("a signed original swapped", lambda r: r.image.original.path, b"another", _image),
    _file("a signed original missing", lambda r: r.image.original.path, None, _image),
    _update("the hash of a display copy", "cases_smearimage", "display_sha256 = 'another'", _waiting_image),
    _file("a display copy swapped", lambda r: r.waiting_image.display.path, b"another", _waiting_image),
    _file("a display copy missing", lambda r: r.waiting_image.display.path, None, _waiting_image),
    _file("a thumbnail missing", lambda r: r.image.thumbnail.path, None, _image),
]
_ANALYSES = [
    _update("the quality verdict", "classifier_analysis", "quality = '{}'", _waiting_analysis),
    _update("the scale that was used", "classifier_analysis", "um_per_px = 0.3", _waiting_analysis),
    _update("where the scale is from", "classifier_analysis", "scale_source = 'measured'", _waiting_analysis),
    _update("a prediction's class", "classifier_prediction", "label = 'basophil'", _prediction, names=_analysis),
    _update("its score", "classifier_prediction", "score = 0.1", _prediction, names=_analysis),
    _update("its probabilities", "classifier_prediction", "probabilities = '{}'", _prediction, names=_analysis),
    _update("whether it named", "classifier_prediction", "identified = %s", _prediction, False, names=_analysis),
    _update("its novelty", "classifier_prediction", "novelty = 9", _prediction, names=_analysis),
    _delete("a prediction", _prediction, ("classifier_prediction", "id"), names=_analysis),
    _delete("the predictions of an analysis", _waiting_analysis, ("classifier_prediction", "analysis_id")),
    _delete(
        "an analysis with its predictions",
        _waiting_analysis,
        ("classifier_prediction", "analysis_id"),
        ("classifier_analysis", "id"),
    ),
]
_CELLS = [
    _update("the model's label", "cases_cell", "label = 'basophil'", _waiting_cell),
    _update("a name taken back", "cases_cell", "label = 'unidentified'", _waiting_cell),
    _update("the score on a cell", "cases_cell", "score = 0.99", _waiting_cell),
    _update("a box", "cases_cell", "x = x + 1", _waiting_cell, names=_waiting_image),
    _update("a cell hidden", "cases_cell", "superseded = %s", _waiting_cell, True, names=_waiting_image),
    _update("a cell excluded", "cases_cell", "excluded = %s", _waiting_cell, True),
    _update("a cell flagged", "cases_cell", "flagged = %s", _waiting_cell, True),
    _update("a cell called reviewed", "cases_cell", "label_source = 'human'", _waiting_cell),
    _update("a reviewed cell set back to the model", "cases_cell", "label_source = 'machine'", _cell),
    _update("a reviewed label", "cases_cell", "label = 'basophil'", _cell),
    _delete("a cell", _waiting_cell, ("classifier_prediction", "cell_id"), ("cases_cell", "id"), names=_waiting_image),
]
_REVIEW = [
    _update("a decision", "review_decision", "ai_label = 'basophil'", lambda r: r.decision.pk, names=_action),
    _update("whether it was displayed", "review_decision", "displayed = NULL", lambda r: r.decision.pk, names=_action),
    _update("who decided", "review_reviewaction", "by_id = %s", _action, _person),
    _update("when it was decided", "review_reviewaction", "at = '2001-01-01 00:00:00+00:00'", _action),
    _delete("a decision", lambda r: r.decision.pk, ("review_decision", "id"), names=_action),
    _delete("an action", _action, ("review_decision", "action_id"), ("review_reviewaction", "id")),
]
_REPORTS = [
    _update("a report's content", "reports_report", "sealed = 'gAAAA'", _report),
    _update("its kind", "reports_report", "kind = 'withdrawn'", _report),
    _update("its hash", "reports_report", "content_sha256 = %s", _report, OTHER),
    _update("who signed", "reports_signature", "signer_name = 'Somebody Else'", _report, key="report_id"),
    _delete("the signature", _report, ("reports_signature", "report_id")),
    _delete(
        "a signed report",
        _report,
        ("integrations_feedevent", "report_id"),
        ("inbox_acknowledgement", "delivery_id IN (SELECT id FROM inbox_delivery WHERE report_id"),
        ("inbox_delivery", "report_id"),
        ("reports_signature", "report_id"),
        ("reports_reportkey", "report_id"),
        ("reports_report", "id"),
    ),
    _file("the PDF swapped", lambda r: r.report.pdf.path, b"another", _report),
    _file("the PDF missing", lambda r: r.report.pdf.path, None, _report),
]
_DELIVERIES = [
    _update("whom it was sent to", "inbox_delivery", "organisation_id = %s", _delivery, lambda r: r.case.laboratory_id),
    _update("whether it is critical", "inbox_delivery", "critical = %s", _delivery, True),
    _update("its findings", "inbox_delivery", "findings = '[1]'", _delivery),
    _update("that it was opened", "inbox_delivery", "opened_at = NULL, opened_by_id = NULL", _delivery),
    _update("that it is settled", "inbox_delivery", "settled_at = NULL", _delivery),
    _update("who acknowledged", "inbox_acknowledgement", "by_name = 'Else'", _delivery, key="delivery_id"),
    _update("what was read back", "inbox_acknowledgement", "read_back = '[]'", _delivery, key="delivery_id"),
    _delete("an event of the feed", _report, ("integrations_feedevent", "report_id")),
    _delete("an acknowledgement", _delivery, ("inbox_acknowledgement", "delivery_id")),
    _delete("a delivery", _delivery, ("inbox_acknowledgement", "delivery_id"), ("inbox_delivery", "id")),
]
_COMMENTS = [
    _update("what a comment says", "consult_comment", "text = 'Nothing.'", _comment),
    _update("the case it is about", "consult_comment", "case_id = %s", _comment, _waiting),
    _delete("a comment", _comment, ("consult_comment", "id")),
]
_MODELS = [
    _update("the card of a model", "classifier_modelversion", "card = '{}'", _model),
    _update("the hash of its card", "classifier_modelversion", "card_sha256 = %s", _model, OTHER),
    _update("its folder", "classifier_modelversion", "directory = '/nowhere'", _model),
    _file("the network swapped", lambda r: r.model_folder / "model.int8.onnx", b"another", _model),
    _file("the card in its folder", lambda r: r.model_folder / "card.json", b"{}", _model),
    _file("a file of it missing", lambda r: r.model_folder / "MODEL_CARD.md", None, _model),
]
CHANGES = [
    *_TRAIL,
    *_PEOPLE,
    *_CASES,
    *_ORDERS,
    *_IMAGES,
    *_ANALYSES,
    *_CELLS,
    *_REVIEW,
    *_REPORTS,
    *_DELIVERIES,
    *_COMMENTS,
    *_MODELS,
]
