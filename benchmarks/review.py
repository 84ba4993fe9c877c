"""How fast one action of a pathologist is saved: label, confirm, exclude, flag, undo and a whole class, over HTTP.

Fills a database of its own (a temporary folder; SQLite unless DATABASE_URL names another, empty one) with cases of 200
cells each up to the given number of cells, each cell with its prediction, claims one case and acts on it as the
workspace's script does, views, session and middleware included. Prints the median, the 95th percentile and the
slowest in milliseconds, and the 95th percentile of processor time, which a busy machine does not lengthen. Run: python benchmarks/review.py [--cells N] [--actions N] [--json FILE]
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

_BATCH = 2000
_CELLS_PER_CASE = 200
_LIMIT_MS = 50.0
_SHARES = ["neutrophil"] * 55 + ["lymphocyte"] * 30 + ["monocyte"] * 8 + ["eosinophil"] * 3 + ["unidentified"] * 4


def fill(number: int) -> tuple[Any, Any]:
    """Write `number` cells with predictions in cases of 200; returns a pathologist and a case that is ready."""
    from django.utils import timezone

    from accounts.models import Organisation, Role, User
    from cases.cell_classes import CLASS_CODES, UNIDENTIFIED
    from cases.models import Case, Cell, Patient, SmearImage
    from classifier.models import Analysis, ModelVersion, Prediction

    rng = random.Random(1)
    now = timezone.now()
    laboratory = Organisation.objects.create(slug="laboratory", name="Laboratory", kind="laboratory")
    clinic = Organisation.objects.create(slug="clinic", name="Clinic", kind="clinic", refers_to=laboratory)
    sender, pathologist = (
        User.objects.create_user(f"{role}@x.example", full_name=role, role=role, organisation=organisation)
        for role, organisation in ((Role.UPLOADER, clinic), (Role.PATHOLOGIST, laboratory))
    )
    patient = Patient.objects.create(organisation=clinic, mrn="M1", family_name="Sample", birth_date=now.date())
    version = ModelVersion.objects.create(
        name="benchmark",
        version="1",
        directory="nowhere",
        card={},
        card_sha256="0" * 64,
        state="active",
        promoted_at=now,
        evaluation={"accuracy": 0.9, "n": 100},
        reason="benchmark",
    )
    cases = Case.objects.bulk_create(
        Case(
            patient=patient,
            clinic=clinic,
            laboratory=laboratory,
            accession_number=f"A{i}",
            state="ready",
            submitted_at=now,
            due_at=now,
            created_by=sender,
        )
        for i in range(max(1, number // _CELLS_PER_CASE))
    )
    images = SmearImage.objects.bulk_create(
        SmearImage(
            case=case,
            ordinal=1,
            sha256=uuid.UUID(int=rng.getrandbits(128)).hex * 2,
            original="originals/none.png",
            media_type="image/png",
            byte_size=1,
            width=2048,
            height=1536,
            state="analysed",
            uploaded_by=sender,
        )
        for case in cases
    )
    analyses = Analysis.objects.bulk_create(
        Analysis(
            image=image,
            model_version=version,
            state="done",
            queued_at=now,
            started_at=now,
            finished_at=now,
            um_per_px=0.1,
        )
        for image in images
    )
    for image, analysis in zip(images, analyses, strict=True):
        labels = [rng.choice(_SHARES) for _ in range(_CELLS_PER_CASE)]
        cells = Cell.objects.bulk_create(
            (
                Cell(
                    image=image,
                    ordinal=ordinal,
                    detector="benchmark",
                    x=40 * (ordinal % 40),
                    y=40 * (ordinal // 40),
                    width=36,
                    height=36,
                    area_px=900,
                    label=label,
                    score=0.4 if label == UNIDENTIFIED else 0.95,
                )
                for ordinal, label in enumerate(labels, start=1)
            ),
            batch_size=_BATCH,
        )
        Prediction.objects.bulk_create(
            (
                Prediction(
                    analysis=analysis,
                    cell=cell,
                    model_version=version,
                    label="monocyte" if cell.label == UNIDENTIFIED else cell.label,
                    score=cell.score or 0,
                    probabilities=dict.fromkeys(CLASS_CODES, 0.125),
                    identified=cell.label != UNIDENTIFIED,
                    novelty=0.2,
                )
                for cell in cells
            ),
            batch_size=_BATCH,
        )
    return pathologist, cases[len(cases) // 2]


class Workspace:
    """The script of one pathologist's window: knows the cells with their revisions and sends actions."""

    def __init__(self, pathologist: Any, case: Any) -> None:
        from django.test import Client
        from django.urls import reverse

        self.client = Client(headers={"host": "localhost"})
        self.client.force_login(pathologist)
        self.address = {
            name: reverse(f"review:{name}", args=[case.pk]) for name in ("state", "claim", "actions", "heartbeat")
        }
        self.post(self.address["claim"])
        self.cells: dict[str, Any] = {}
        self.read()

    def post(self, address: str, body: Any = None) -> Any:
        """Send; anything but an answer of 200 is a defect of this benchmark."""
        response = self.client.post(address, json.dumps(body or {}), content_type="application/json")
        if response.status_code != 200:
            message = f"{address} answered {response.status_code}: {response.content[:300]!r}"
            raise RuntimeError(message)
        return response.json()

    def read(self) -> Any:
        """Open the workspace."""
        state = self.client.get(self.address["state"]).json()
        self.cells = {cell["id"]: cell for cell in state["cells"]}
        return state

    def act(self, kind: str, cells: list[Any], **more: str) -> None:
        """Do one thing to cells."""
        seen = [{"id": cell["id"], "revision": self.cells[cell["id"]]["revision"], "displayed": True} for cell in cells]
        body = {"action_id": str(uuid.uuid4()), "kind": kind, "cells": seen, **more}
        for cell in self.post(self.address["actions"], body)["cells"]:
            self.cells[cell["id"]] = cell


def questions(workspace: Workspace) -> dict[str, Callable[[], Any]]:
    """What is done, by name; each takes the next cell in turn."""
    rng = random.Random(2)
    labels = ["neutrophil", "lymphocyte", "monocyte", "eosinophil", "basophil"]

    def one() -> list[Any]:
        return [rng.choice(list(workspace.cells.values()))]

    def relabel() -> None:
        cell = one()[0]
        workspace.act("label", [cell], label=rng.choice([label for label in labels if label != cell["label"]]))

    def flag() -> None:
        cell = one()[0]
        workspace.act("unflag" if cell["flagged"] else "flag", [cell])

    def exclude() -> None:
        cell = one()[0]
        if cell["excluded"]:
            workspace.act("include", [cell])
        else:
            workspace.act("exclude", [cell], reason_code="smudge")

    return {
        "one cell labelled": relabel,
        "one cell flagged": flag,
        "one cell excluded or included": exclude,
        "undo": lambda: workspace.act("undo", []),
        "heartbeat": lambda: workspace.post(workspace.address["heartbeat"]),
    }


def percentile(taken: list[float], share: float) -> float:
    """The value that `share` of the measurements do not exceed."""
    return sorted(taken)[min(len(taken) - 1, round(share * (len(taken) - 1)))]


def measure(do: Callable[[], Any], times: int) -> dict[str, float]:
    """Milliseconds of `times` repetitions: median, 95th percentile, slowest, and 95th percentile of processor time."""
    taken, worked = [], []
    for _ in range(times):
        start, work = time.perf_counter(), time.process_time()
        do()
        taken.append(1000 * (time.perf_counter() - start))
        worked.append(1000 * (time.process_time() - work))
    return {
        "median_ms": round(percentile(taken, 0.5), 1),
        "p95_ms": round(percentile(taken, 0.95), 1),
        "p95_cpu_ms": round(percentile(worked, 0.95), 1),
        "slowest_ms": round(max(taken), 1),
        "times": times,
    }


def main() -> None:
    """Fill, act, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=100_000)
    parser.add_argument("--actions", type=int, default=200)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hematovision-bench-") as folder:
        os.environ["HEMATOVISION_TEST_VAR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "hematovision.settings.test"
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        # One connection for all requests, as a web process keeps it.
        connection.settings_dict["CONN_MAX_AGE"] = None
        call_command("migrate", verbosity=0)
        start = time.perf_counter()
        pathologist, case = fill(given.cells)
        print(f"{given.cells} cells on {connection.vendor}, written in {time.perf_counter() - start:.0f} s")
        workspace = Workspace(pathologist, case)
        results = {"workspace opened": measure(workspace.read, max(5, given.actions // 20))}
        for name, do in questions(workspace).items():
            results[name] = measure(do, given.actions)
        workspace.read()
        everything = [cell for cell in workspace.cells.values() if not cell["removed"]]
        results["200 cells labelled at once"] = measure(
            lambda: workspace.act("label", everything, label=random.choice(["neutrophil", "lymphocyte"])), 5
        )
        for name, row in results.items():
            print(
                f"{name:32} {row['median_ms']:8.1f} ms {row['p95_ms']:8.1f} ms p95 {row['slowest_ms']:8.1f} ms slowest"
                f" {row['p95_cpu_ms']:8.1f} ms p95 of processor time"
            )
        slow = [name for name, row in results.items() if name.startswith(("one", "undo")) and row["p95_ms"] > _LIMIT_MS]
        print(
            f"Over {_LIMIT_MS:.0f} ms: {', '.join(slow)}." if slow else f"Every action under {_LIMIT_MS:.0f} ms at p95."
        )
        connection.close()
    if given.json:
        given.json.write_text(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
