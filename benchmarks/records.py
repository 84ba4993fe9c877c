"""How fast the clinical record answers when it is full: lists, counts, exact search and the worklist page.

Fills a database of its own (a temporary folder; SQLite unless DATABASE_URL names another, empty one) with the given
number of cases, one image each, and as many cells, then asks each question several times and prints the fastest and
the median in milliseconds with the number of queries. Run: python benchmarks/records.py [--cases N] [--json FILE]
"""

import argparse
import datetime as dt
import json
import os
import random
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

_REPEATS = 7
_BATCH = 2000
_CELLS_PER_IMAGE = 5
# Of a year's cases most are signed; a few per cent are open.
_STATES = ["signed"] * 90 + ["delivered"] * 5 + ["ready"] * 3 + ["analysing", "in_review"]


def fill(number: int) -> tuple[Any, Any]:
    """Write `number` cases of ten clinics of one laboratory; returns an uploader and a pathologist."""
    from django.utils import timezone

    from accounts.models import Organisation, Role, User
    from cases.models import Case, Cell, Patient, SmearImage

    rng = random.Random(1)
    laboratory = Organisation.objects.create(slug="laboratory", name="Laboratory", kind="laboratory")
    clinics = [
        Organisation.objects.create(slug=f"clinic-{i}", name=f"Clinic {i}", kind="clinic", refers_to=laboratory)
        for i in range(10)
    ]
    people = {
        role: User.objects.create_user(f"{role}@x.example", full_name=role, role=role, organisation=organisation)
        for role, organisation in ((Role.UPLOADER, clinics[0]), (Role.PATHOLOGIST, laboratory))
    }
    sender, pathologist = people[Role.UPLOADER], people[Role.PATHOLOGIST]
    now = timezone.now()
    patients = [
        Patient(
            organisation=clinics[i % 10],
            mrn=f"M{i}",
            family_name=f"Family{i % 5000}",
            birth_date=dt.date(1970, 1, 1) + dt.timedelta(days=i % 9000),
        )
        for i in range(max(number // 5, 100))
    ]
    for patient in patients:
        patient.refresh_index()
    Patient.objects.bulk_create(patients, batch_size=_BATCH)
    cases = [
        Case(
            patient=patients[i % len(patients)],
            clinic=patients[i % len(patients)].organisation,
            laboratory=laboratory,
            accession_number=f"A{i}",
            state=rng.choice(_STATES),
            priority=rng.choice(["routine", "routine", "routine", "urgent", "stat"]),
            submitted_at=now,
            due_at=now + dt.timedelta(minutes=rng.randint(0, 9999)),
            created_at=now - dt.timedelta(minutes=i),
            created_by=sender,
            owner=pathologist,
        )
        for i in range(number)
    ]
    Case.objects.bulk_create(cases, batch_size=_BATCH)
    images = [
        SmearImage(
            case=case,
            ordinal=1,
            sha256=uuid.UUID(int=rng.getrandbits(128)).hex * 2,
            original="originals/none.png",
            media_type="image/png",
            byte_size=1,
            width=640,
            height=480,
            state="analysed",
            uploaded_by=sender,
        )
        for case in cases
    ]
    SmearImage.objects.bulk_create(images, batch_size=_BATCH)
    Cell.objects.bulk_create(
        (
            Cell(
                image=image,
                ordinal=ordinal,
                detector="benchmark",
                x=1,
                y=1,
                width=9,
                height=9,
                area_px=60,
                label=rng.choice(["neutrophil", "lymphocyte", "unidentified"]),
                score=rng.random(),
            )
            for image in images[: number // _CELLS_PER_IMAGE]
            for ordinal in range(1, _CELLS_PER_IMAGE + 1)
        ),
        batch_size=_BATCH,
    )
    return sender, pathologist


def questions(sender: Any, pathologist: Any) -> dict[str, Callable[[], Any]]:
    """What is asked, by name."""
    from django.test import Client
    from django.urls import reverse

    from cases.models import Case, Cell, Patient

    seen = Case.objects.visible_to(pathologist)
    page = [case.pk for case in seen.open().most_pressing_first()[:50]]
    image = Case.objects.order_by("-created_at")[0].images.get()
    clients = {}
    for person in (sender, pathologist):
        clients[person.pk] = Client(headers={"host": "localhost"})
        clients[person.pk].force_login(person)
    worklist = reverse("workbench:worklist")
    return {
        "worklist page, pathologist": lambda: page_of(clients[pathologist.pk], worklist),
        "worklist page, uploader": lambda: page_of(clients[sender.pk], worklist),
        "50 most pressing open cases": lambda: list(seen.open().most_pressing_first()[:50]),
        "counts of 50 cases": lambda: list(Case.objects.filter(pk__in=page).with_counts(pathologist)),
        "50 newest cases": lambda: list(seen[:50]),
        "number of open cases": lambda: seen.open().count(),
        "case by accession number": lambda: list(seen.with_accession_number("a77")),
        "patient by MRN": lambda: list(Patient.objects.visible_to(pathologist).with_mrn("m77")),
        "patient by family name": lambda: list(Patient.objects.visible_to(pathologist).with_family_name("family77")),
        "cells of an image": lambda: list(Cell.objects.visible_to(pathologist).filter(image=image)),
    }


def page_of(client: Any, address: str) -> Any:
    """Ask for a page that must be there."""
    response = client.get(address)
    if response.status_code != 200:
        message = f"{address} answered {response.status_code}."
        raise RuntimeError(message)
    return response


def measure(question: Callable[[], Any]) -> dict[str, float]:
    """Milliseconds (fastest, median) and number of queries of one question."""
    from django.db import connection

    asked = []

    def count(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        question()
    taken = []
    for _ in range(_REPEATS):
        start = time.perf_counter()
        question()
        taken.append(1000 * (time.perf_counter() - start))
    return {
        "fastest_ms": round(min(taken), 1),
        "median_ms": round(statistics.median(taken), 1),
        "queries": len(asked),
    }


def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hematovision-bench-") as folder:
        os.environ["HEMATOVISION_TEST_VAR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "hematovision.settings.test"
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        # One connection for all questions, as a web process keeps it.
        connection.settings_dict["CONN_MAX_AGE"] = None
        call_command("migrate", verbosity=0)
        start = time.perf_counter()
        sender, pathologist = fill(given.cases)
        print(f"{given.cases} cases on {connection.vendor}, written in {time.perf_counter() - start:.0f} s")
        results = {}
        for name, question in questions(sender, pathologist).items():
            results[name] = measure(question)
            row = results[name]
            print(f"{name:32} {row['fastest_ms']:8.1f} ms {row['median_ms']:8.1f} ms {row['queries']:4.0f} queries")
        connection.close()
    if given.json:
        given.json.write_text(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
