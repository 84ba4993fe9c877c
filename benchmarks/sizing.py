"""What one case costs: rows and bytes in the database, bytes of files, requests and processor time, the way people use it.

Fills a database of its own (a temporary folder; SQLite unless DATABASE_URL names another, empty one) with cases of drawn
fields: each is registered, its images uploaded and analysed by the shipped model, each cell decided on over HTTP as the workspace's
script does, signed and acknowledged. What all of it cost is divided by the cases, and multiplied for an installation.
Drawn fields are smaller files than photographs; a camera's own size stands in its data sheet.
Run: python benchmarks/sizing.py [--cases N] [--fields N] [--cells N] [--clinics N] [--cases-a-day N] [--json FILE]
     deploy/with_services python benchmarks/sizing.py            on PostgreSQL
"""

import argparse
import datetime as dt
import io
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.review import Workspace  # noqa: E402

_SIZE = (2048, 1536)
# Per hundred white cells.
_SHARES = {"neutrophil": 60, "lymphocyte": 28, "monocyte": 8, "eosinophil": 3, "basophil": 1}
_WORKING_DAYS = 300


class Costs:
    """Processor seconds of this process and its children, and requests, by step."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()

    @contextmanager
    def of(self, step: str, requests: int = 0) -> Iterator[None]:
        """Count what is done inside to `step`."""
        before = sum(os.times()[:4])
        yield
        self.seconds[step] += sum(os.times()[:4]) - before
        self.requests[step] += requests


def photograph(seed: int, cells: int) -> Any:
    """A drawn field as a camera sends it."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from PIL import Image

    from classifier.inference.synthetic import draw_field

    names = [name for name, share in _SHARES.items() for _ in range(round(cells * share / 100))]
    rgb, _ = draw_field(seed=seed, width=_SIZE[0], height=_SIZE[1], cells=names)
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "JPEG", quality=93, subsampling=0)
    return SimpleUploadedFile("field.jpg", file.getvalue(), content_type="image/jpeg")


class Installation:
    """A laboratory, its clinic and its people, and one case after another from the upload to the acknowledgement."""

    def __init__(self, costs: Costs) -> None:
        from django.conf import settings

        from accounts.models import Organisation, Role, User
        from classifier import analyser
        from classifier.bundle_analyser import BundleAnalyser
        from classifier.services import ensure_model

        self.costs = costs
        laboratory = Organisation.objects.create(slug="laboratory", name="Laboratory", kind="laboratory")
        clinic = Organisation.objects.create(slug="clinic", name="Clinic", kind="clinic", refers_to=laboratory)
        self.sender, self.pathologist = (
            User.objects.create_user(f"{role}@x.example", full_name=role, role=role, organisation=organisation)
            for role, organisation in ((Role.UPLOADER, clinic), (Role.PATHOLOGIST, laboratory))
        )
        ensure_model(directory=settings.HEMATOVISION_MODEL_DIR)
        analyser.install(BundleAnalyser("onnx"))

    def case(self, number: int, fields: int, cells: int) -> None:
        """One case, all the way."""
        from django.urls import reverse

        from cases.services.cases import create_case, submit_case
        from cases.services.images import receive_image
        from cases.services.patients import register_patient
        from classifier.services.queueing import enqueue_analysis
        from classifier.services.runs import run_analysis

        photographs = [photograph(1000 * number + field, cells // fields) for field in range(fields)]
        with self.costs.of("registering", 3):
            patient = register_patient(
                actor=self.sender,
                mrn=f"M{number}",
                family_name="Sample",
                given_name="One",
                birth_date=dt.date(1970, 1, 1),
            )
            case = create_case(actor=self.sender, patient=patient, accession_number=f"A{number}")
        images = []
        for file in photographs:
            with self.costs.of("upload, an image", 1):
                images.append(receive_image(actor=self.sender, case=case, upload=file)[0])
                enqueue_analysis(image_id=images[-1].pk)
        with self.costs.of("registering", 1):
            submit_case(actor=self.sender, case=case)
        for image in images:
            with self.costs.of("analysis, an image"):
                run_analysis(image_id=image.pk, worker="benchmark")
        self.pages(self.pathologist, reverse("workbench:worklist"), reverse("workbench:case", args=[case.pk]))
        case.refresh_from_db()
        self.review(case)
        self.sign(case)
        self.pages(self.sender, reverse("inbox:inbox"), reverse("workbench:case", args=[case.pk]))

    def pages(self, person: Any, *addresses: str) -> None:
        """Open pages."""
        from django.test import Client

        client = Client(headers={"host": "localhost"})
        client.force_login(person)
        for address in addresses:
            with self.costs.of("pages", 1):
                answer = client.get(address)
            if answer.status_code != 200:
                message = f"{address} answered {answer.status_code}."
                raise RuntimeError(message)

    def review(self, case: Any) -> None:
        """Decide on every cell, one by one: the most that a review can cost."""
        with self.costs.of("review", 2):
            workspace = Workspace(self.pathologist, case)
        for cell in list(workspace.cells.values()):
            with self.costs.of("review", 1):
                if cell["label"] == "unidentified":
                    workspace.act("label", [cell], label="neutrophil")
                else:
                    workspace.act("confirm", [cell])

    def sign(self, case: Any) -> None:
        """Sign, and acknowledge at the clinic."""
        from django.utils import timezone

        from inbox.models import Delivery
        from inbox.services.acknowledgements import acknowledge
        from reports.services.drafts import save_draft
        from reports.services.preparing import prepare_report
        from reports.services.signing import Proof, sign_report

        case.refresh_from_db()
        with self.costs.of("signing", 4):
            save_draft(
                actor=self.pathologist,
                case=case,
                interpretation="Normal picture.",
                quality_remark="As expected.",
                flagged_reason="Compared.",
                count_reason="Few cells in the smear.",
                quality_accepted=True,
                identifiers=["name", "mrn"],
            )
            proof = Proof(user=self.pathologist.pk, method="password", session_first=True, at=timezone.now())
            preview = prepare_report(actor=self.pathologist, case=case).preview
            report = sign_report(actor=self.pathologist, case=case, preview=preview, proof=proof)
        delivery = Delivery.objects.get(report=report, organisation=case.clinic)
        with self.costs.of("signing", 2):
            acknowledge(actor=self.sender, delivery=delivery, read_back={})


def rows() -> dict[str, int]:
    """Rows of every table of ours."""
    from django.apps import apps

    return {model._meta.db_table: model._base_manager.count() for model in apps.get_models(include_auto_created=True)}


def bytes_of_database() -> int:
    """What the database takes on its disk, indexes included."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
        cursor.execute("PRAGMA page_count")
        pages = int(cursor.fetchone()[0])
        cursor.execute("PRAGMA page_size")
        return pages * int(cursor.fetchone()[0])


def bytes_of_files() -> int:
    """What lies in the folder of files."""
    from django.conf import settings

    return sum(path.stat().st_size for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


def events_a_second(number: int = 300) -> float:
    """How fast one writer lengthens the audit trail, each event in a transaction of its own: the chain is one for all."""
    from audit.models import Action
    from audit.services import record

    start = time.perf_counter()
    for _ in range(number):
        record(actor=None, action=Action.VIEW, object_type="cases.case", object_id="0")
    return number / (time.perf_counter() - start)


def scrape() -> dict[str, float]:
    """What Prometheus' question costs: statements, and processor milliseconds."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    settings.METRICS_TOKEN = "t" * 40
    client = Client(headers={"host": "localhost", "authorization": f"Bearer {settings.METRICS_TOKEN}"})
    client.get("/metrics")
    before = time.process_time()
    with CaptureQueriesContext(connection) as asked:
        client.get("/metrics")
    return {"statements": len(asked), "ms": 1000 * (time.process_time() - before)}


def measure(cases: int, fields: int, cells: int) -> dict[str, Any]:
    """What a case costs; the first one is not counted, since it loads the model and grows every table by a page."""
    installation = Installation(Costs())
    installation.case(0, fields, cells)
    before, database, files = rows(), bytes_of_database(), bytes_of_files()
    installation.costs = costs = Costs()
    for number in range(1, cases + 1):
        installation.case(number, fields, cells)
    grown = {table: (count - before[table]) / cases for table, count in rows().items()}
    images = {"upload, an image", "analysis, an image"}
    return {
        "rows": dict(sorted(((t, n) for t, n in grown.items() if n), key=lambda item: -item[1])),
        "database_bytes": (bytes_of_database() - database) / cases,
        "file_bytes": (bytes_of_files() - files) / cases,
        "requests": costs.requests.total() / cases,
        "events a second": events_a_second(),
        "scrape": scrape(),
        "seconds": {step: s / cases / (fields if step in images else 1) for step, s in costs.seconds.items()},
    }


def installation_of(one: dict[str, Any], given: argparse.Namespace) -> dict[str, float]:
    """The same for all clinics: a day, a year, and the processors that are busy in the hours they send."""
    cases = given.clinics * given.cases_a_day
    seconds = one["seconds"]
    worker = seconds["analysis, an image"] * given.fields
    web = sum(seconds.values()) - seconds["analysis, an image"] - seconds["upload, an image"]
    web += seconds["upload, an image"] * given.fields
    working = given.hours * 3600
    return {
        "cases a day": cases,
        "images a day": cases * given.fields,
        "requests a second": cases * one["requests"] / working,
        "cores of workers": cases * worker / working,
        "cores of web": cases * web / working,
        "audit events a second": cases * one["rows"].get("audit_auditevent", 0) / working,
        "rows a year, millions": cases * sum(one["rows"].values()) * _WORKING_DAYS / 1e6,
        "database a year, GB": cases * one["database_bytes"] * _WORKING_DAYS / 1e9,
        "files a year, GB": cases * one["file_bytes"] * _WORKING_DAYS / 1e9,
    }


def main() -> None:
    """Fill, divide, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=5)
    parser.add_argument("--fields", type=int, default=2)
    parser.add_argument("--cells", type=int, default=100)
    parser.add_argument("--clinics", type=int, default=1000)
    parser.add_argument("--cases-a-day", type=int, default=10)
    parser.add_argument("--hours", type=float, default=8.0, help="in which a day's cases come")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hematovision-bench-") as folder:
        os.environ["HEMATOVISION_TEST_VAR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "hematovision.settings.test"
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        connection.settings_dict["CONN_MAX_AGE"] = None
        call_command("migrate", verbosity=0)
        one = measure(given.cases, given.fields, given.cells)
        vendor = connection.vendor
        connection.close()
    everything = installation_of(one, given)
    print(f"One case of {given.fields} fields, about {given.cells} cells, on {vendor} (mean of {given.cases}):")
    for table, count in one["rows"].items():
        print(f"  {table:40} {count:9.1f} rows")
    print(f"  {'all tables':40} {sum(one['rows'].values()):9.1f} rows")
    print(f"  {'database':40} {one['database_bytes'] / 1024:9.0f} KiB")
    print(f"  {'files':40} {one['file_bytes'] / 1024:9.0f} KiB")
    print(f"  {'requests':40} {one['requests']:9.1f}")
    for step, seconds in one["seconds"].items():
        print(f"  {step:40} {1000 * seconds:9.0f} ms of processor")
    print(f"  {'events a second, one writer':40} {one['events a second']:9.0f}")
    print(f"  {'a scrape of /metrics':40} {one['scrape']['ms']:9.1f} ms in {one['scrape']['statements']} statements")
    print(f"{given.clinics} clinics with {given.cases_a_day} cases a day in {given.hours:g} hours:")
    for name, value in everything.items():
        print(f"  {name:40} {value:9,.1f}")
    if given.json:
        given.json.write_text(json.dumps({"case": one, "installation": everything}, indent=2))


if __name__ == "__main__":
    main()
