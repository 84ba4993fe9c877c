"""A laboratory that has worked for two years: many cases with everything that hangs on them, written set by set."""

import datetime as dt
import itertools
import json
from pathlib import Path
from typing import Any

from benchmarks._clinic_records import write_events, write_reports
from benchmarks._rows import MINUTES, PATHOLOGISTS, Writer, as_uuid, drawn

CLINICS = 20
_BATCH = 5000
CASES_AT_ONE = 1000
_CARD = {"metrics": {"validation": {"n": 1000, "per_class": {"neutrophil": {"recall": 0.97, "support": 600}}}}}

# Per mille of the cells, cumulative: what a laboratory's blood films show.
_CLASSES = (
    ("neutrophil", 560),
    ("lymphocyte", 830),
    ("monocyte", 905),
    ("eosinophil", 932),
    ("basophil", 940),
    ("immature_granulocyte", 955),
    ("erythroblast", 960),
    ("platelet", 1000),
)


def fill(connection: Any, cases: int) -> None:
    """Write a laboratory of `cases` cases, about 100 cells each, and a small one beside it."""
    writer = Writer(connection, cases)
    _people()
    writer.numbers(max(cases, 200))
    _patients(cases)
    _cases(writer)
    _cells(writer)
    _review(writer)
    write_reports(writer)
    write_events(cases)
    writer.analyse()


def _people() -> None:
    """Two laboratories, their clinics, one person a role and some pathologists; two models."""
    from django.utils import timezone

    from accounts.models import Organisation, OrganisationKind, Role, User
    from classifier.models import ModelVersion

    laboratories = [
        Organisation.objects.create(id=as_uuid(slug), slug=slug, name=slug.title(), kind=OrganisationKind.LABORATORY)
        for slug in ("laboratory", "neighbour")
    ]
    clinics = [
        Organisation.objects.create(
            id=as_uuid(f"clinic{number}"),
            slug=f"clinic-{number}",
            name=f"Clinic {number}",
            kind=OrganisationKind.CLINIC,
            refers_to=laboratories[number >= CLINICS - 2],
        )
        for number in range(CLINICS)
    ]

    def person(name: str, role: str, place: Any) -> Any:
        return User.objects.create_user(
            f"{name}@x.example", id=as_uuid(name), full_name=name.title(), role=role, organisation=place
        )

    for number in range(PATHOLOGISTS):
        person(f"pathologist{number}", Role.PATHOLOGIST, laboratories[0])
    person("pathologist-neighbour", Role.PATHOLOGIST, laboratories[1])
    now = timezone.now()
    card = next(Path(__file__).resolve().parents[1].glob("model_store/*/card.json"), None)
    for number in range(2):
        ModelVersion.objects.create(
            id=as_uuid(f"model{number}"),
            name="benchmark",
            version=str(number),
            directory="nowhere",
            card=json.loads(card.read_text(encoding="utf-8")) if card else _CARD,
            card_sha256=str(number) * 64,
            state="active" if number else "retired",
            promoted_at=now,
            evaluation={"accuracy": 0.9, "n": 100},
            reason="benchmark",
        )
    person("uploader", Role.UPLOADER, clinics[0])
    person("administrator", Role.ADMINISTRATOR, laboratories[0])
    person("auditor", Role.AUDITOR, laboratories[0])


def _clinic_of(patient: int) -> int:
    """Clinics are not alike: the first sends five times as much as the last."""
    u = (patient * 7919 + 104729) % 1000003 % 1000
    return u * u * CLINICS // 1_000_000


def _patients(cases: int) -> None:
    """One patient for three cases; what identifies them is encrypted here, row by row."""
    from cases.models import Patient

    def made(number: int) -> Any:
        patient = Patient(
            id=as_uuid(f"patient{number}"),
            organisation_id=as_uuid(f"clinic{_clinic_of(number)}"),
            mrn=f"M{number}",
            family_name=f"Family{number % 5000}",
            birth_date=dt.date(1940, 1, 1) + dt.timedelta(days=number % 25_000),
        )
        patient.refresh_index()
        return patient

    rows = (made(number) for number in range(max(1, cases // 3)))
    while batch := list(itertools.islice(rows, _BATCH)):
        Patient.objects.bulk_create(batch)


def _cases(writer: Writer) -> None:
    """Cases over two years, the last four per cent of them open; an image each, every fourth with two; their analyses."""
    from cases.models import Case, SmearImage
    from classifier.models import Analysis

    cases = writer.cases
    writer.run("CREATE TEMPORARY TABLE made_cases (i integer, patient integer, clinic integer, minutes integer)")
    skew = drawn("p", 1, 1000)
    writer.run(
        f"INSERT INTO made_cases SELECT i, p, {skew} * {skew} * {CLINICS} / 1000000, ({cases} - i) * {MINUTES / cases:.0f} + 5 "
        f"FROM (SELECT i, i %% {max(1, cases // 3)} AS p FROM numbers WHERE i <= {cases}) AS n"
    )
    laboratory = writer.uuid(f"CASE WHEN clinic < {CLINICS - 2} THEN 'laboratory' ELSE 'neighbour' END")
    pathologist = writer.uuid(
        f"CASE WHEN clinic < {CLINICS - 2} THEN 'pathologist' || {drawn('i', 2, PATHOLOGISTS)} ELSE 'pathologist-neighbour' END"
    )
    is_open = f"i > {round(cases * 0.96)}"
    kind = drawn("i", 3, 100)
    writer.insert(
        Case,
        {
            "id": writer.uuid("'case' || i"),
            "patient_id": writer.uuid("'patient' || patient"),
            "clinic_id": writer.uuid("'clinic' || clinic"),
            "laboratory_id": laboratory,
            "accession_number": "'A' || i",
            "priority": f"CASE WHEN {kind} < 82 THEN 'routine' WHEN {kind} < 95 THEN 'urgent' ELSE 'stat' END",
            "stain": "CASE WHEN clinic %% 3 = 0 THEN 'giemsa' ELSE 'wright_giemsa' END",
            "camera": "'Camera ' || (clinic %% 7)",
            "state": f"CASE WHEN {is_open} THEN CASE WHEN {kind} < 88 THEN 'ready' ELSE 'in_review' END "
            f"WHEN {kind} < 90 THEN 'delivered' WHEN {kind} < 98 THEN 'signed' ELSE 'corrected' END",
            "created_by_id": writer.uuid("'uploader'"),
            "owner_id": pathologist,
            "created_at": writer.ago("minutes"),
            "submitted_at": writer.ago("minutes"),
            "due_at": writer.ago(f"minutes - 240 - {kind} * 10"),
        },
        "made_cases",
    )
    images = f"made_cases JOIN (SELECT i AS k FROM numbers WHERE i <= 2) AS k ON k = 1 OR {drawn('i', 4, 4)} = 0"
    writer.insert(
        SmearImage,
        {
            "id": writer.uuid("'image' || i || '-' || k"),
            "case_id": writer.uuid("'case' || i"),
            "ordinal": "k",
            "sha256": "md5('a' || i || '-' || k) || md5('b' || i || '-' || k)",
            "original": "'originals/none.png'",
            "media_type": "'image/png'",
            "byte_size": "1000",
            "width": "2048",
            "height": "1536",
            "state": "'analysed'",
            "uploaded_by_id": writer.uuid("'uploader'"),
            "uploaded_at": writer.ago("minutes"),
        },
        images,
    )
    writer.insert(
        Analysis,
        {
            "id": writer.uuid("'analysis' || i || '-' || k"),
            "image_id": writer.uuid("'image' || i || '-' || k"),
            "model_version_id": writer.uuid(f"CASE WHEN i < {cases * 3 // 10} THEN 'model0' ELSE 'model1' END"),
            "state": "'done'",
            "queued_at": writer.ago("minutes"),
            "started_at": writer.ago("minutes - 1"),
            "finished_at": writer.ago("minutes - 2"),
            "um_per_px": "0.1",
            "scale_source": "'red cells'",
        },
        images,
    )


def _class_at(drawing: str) -> str:
    """The class of a cell by a number drawn from 0 to 999."""
    return (
        "CASE "
        + " ".join(f"WHEN {drawing} < {limit} THEN '{code}'" for code, limit in _CLASSES[:-1])
        + f" ELSE '{_CLASSES[-1][0]}' END"
    )


def _cells(writer: Writer) -> None:
    """40 to 120 cells an image with their predictions: one in thirty wrong, one in sixteen without a name."""
    from cases.cell_classes import CLASS_CODES
    from cases.models import Cell
    from classifier.models import Prediction

    cases = writer.cases
    reviewer = writer.uuid(f"'pathologist' || {drawn('i', 2, PATHOLOGISTS)}")
    key = "(c.i * 977 + k * 389 + n.i * 131)"
    writer.run(
        "CREATE TEMPORARY TABLE made_cells AS SELECT c.i, k, n.i AS j, c.minutes, "
        f"{_class_at(drawn(key, 5, 1000))} AS truth, CASE WHEN {drawn(key, 6, 30)} = 0 THEN {_class_at(drawn(key, 7, 1000))} "
        f"ELSE {_class_at(drawn(key, 5, 1000))} END AS best, {drawn(key, 8, 16)} > 0 AS identified, "
        f"{drawn(key, 9, 60)} = 0 AS excluded, 0.5 + {drawn(key, 10, 500)} / 1000.0 AS score, c.i <= {round(cases * 0.96)} AS reviewed "
        f"FROM made_cases AS c JOIN (SELECT i AS k FROM numbers WHERE i <= 2) AS k ON k = 1 OR {drawn('c.i', 4, 4)} = 0 "
        f"JOIN numbers AS n ON n.i <= 40 + {drawn('c.i * 2 + k', 11, 81)}"
    )
    writer.analyse("made_cells")
    writer.insert(
        Cell,
        {
            "id": writer.uuid("'cell' || i || '-' || k || '-' || j"),
            "image_id": writer.uuid("'image' || i || '-' || k"),
            "ordinal": "j",
            "detector": "'benchmark'",
            "x": "40 * (j %% 40)",
            "y": "40 * (j / 40)",
            "width": "36",
            "height": "36",
            "area_px": "900",
            "label": "CASE WHEN reviewed THEN truth WHEN identified THEN best ELSE 'unidentified' END",
            "score": "score",
            "label_source": "CASE WHEN reviewed THEN 'human' ELSE 'machine' END",
            "excluded": "reviewed AND excluded",
            "exclusion_reason": "CASE WHEN reviewed AND excluded THEN 'smudge' ELSE '' END",
            "decided_by_id": f"CASE WHEN reviewed THEN {reviewer} END",
            "decided_at": f"CASE WHEN reviewed THEN {writer.ago('minutes - 3')} END",
            "created_at": writer.ago("minutes - 2"),
        },
        "made_cells",
    )
    probabilities = json.dumps(dict.fromkeys(CLASS_CODES, 0.125))
    writer.insert(
        Prediction,
        {
            "id": writer.uuid("'prediction' || i || '-' || k || '-' || j"),
            "analysis_id": writer.uuid("'analysis' || i || '-' || k"),
            "cell_id": writer.uuid("'cell' || i || '-' || k || '-' || j"),
            "model_version_id": writer.uuid(f"CASE WHEN i < {cases * 3 // 10} THEN 'model0' ELSE 'model1' END"),
            "label": "best",
            "score": "score",
            "probabilities": writer.json(f"'{probabilities}'"),
            "identified": "identified",
            "novelty": "0.2",
            "created_at": writer.ago("minutes - 2"),
        },
        "made_cells",
    )


def _review(writer: Writer) -> None:
    """Ten actions a reviewed case and a decision on each of its cells."""
    from review.models import Decision, ReviewAction

    writer.insert(
        ReviewAction,
        {
            "id": writer.uuid("'action' || c.i || '-' || n.i"),
            "case_id": writer.uuid("'case' || c.i"),
            "number": "n.i",
            "by_id": writer.uuid(f"'pathologist' || {drawn('c.i', 2, PATHOLOGISTS)}"),
            "kind": "'label'",
            "at": writer.ago("minutes - 3"),
        },
        f"made_cases AS c JOIN numbers AS n ON n.i <= 10 WHERE c.i <= {round(writer.cases * 0.96)}",
    )
    state = '\'{"label": "\' || %s || \'", "label_source": "%s", "excluded": false, "revision": %s}\''
    writer.insert(
        Decision,
        {
            "action_id": writer.uuid("'action' || i || '-' || (1 + j %% 10)"),
            "cell_id": writer.uuid("'cell' || i || '-' || k || '-' || j"),
            "before": writer.json(state % ("best", "machine", 0)),
            "after": writer.json(state % ("truth", "human", 1)),
            "ai_label": "best",
            "ai_score": "score",
            "model_version_id": writer.uuid("'model1'"),
        },
        "made_cells WHERE reviewed",
    )
