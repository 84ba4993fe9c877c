"""How many pictures a second the whole way takes: from the queue through a real worker to stored cells and display copies.

Sends drawn fields of 640 x 480 (JPEG, 3 white cells) to cases of a database of its own, starts one Celery worker of each kind
in turn, and counts from the first claim to the last result. Beside it stand, measured in the same run, `analyse()` alone in
as many threads, and the usual web application's way: one `model.predict` a picture (benchmarks/inference.py, `predict`).
Database and broker are a temporary folder unless DATABASE_URL (empty) and REDIS_URL name others.
The host is seldom idle: read the ratios. Run: python benchmarks/throughput.py [--images N] [--repeats N] [--json FILE]
"""

import argparse
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import inference  # noqa: E402

WORKERS = {
    "threads 1": ("threads", 1),
    "threads 2": ("threads", 2),
    "threads 3": ("threads", 3),
    "prefork 1": ("prefork", 1),
    "prefork 2": ("prefork", 2),
}
_LONGEST_SECONDS = 300


def pictures(number: int) -> list[bytes]:
    """The same drawn fields for everybody, as JPEG files."""
    from PIL import Image

    from classifier.inference.synthetic import draw_field

    files = []
    for seed in range(number):
        rgb, _ = draw_field(seed=seed, cells=["neutrophil", "lymphocyte", "monocyte"])
        content = io.BytesIO()
        Image.fromarray(rgb).save(content, "JPEG", quality=90)
        files.append(content.getvalue())
    return files


def naive(folder: Path) -> float:
    """Pictures a second of one `model.predict` each."""
    inference.prepare_apart(folder)
    found = inference.run_child("predict", folder)
    if found is None:
        message = "The usual way cannot be measured without TensorFlow."
        raise SystemExit(message)
    return 1e3 / float(found["ms"]["1"])


def analyse_alone(files: list[bytes], threads: int) -> float:
    """Pictures a second of decoding and `analyse()` in as many threads."""
    import numpy as np
    from PIL import Image

    from classifier.inference.pipeline import open_pipeline

    pipeline = open_pipeline(inference.installed_model())

    def one(content: bytes) -> None:
        pipeline.analyse(np.asarray(Image.open(io.BytesIO(content)).convert("RGB")))

    one(files[0])
    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(one, files))
    return len(files) / (time.perf_counter() - began)


def sender() -> Any:
    """A person of a clinic, and the installed model in use."""
    from accounts.models import Organisation, Role, User
    from classifier.services import promote_model, register_model

    laboratory = Organisation.objects.create(slug="laboratory", name="Laboratory", kind="laboratory")
    clinic = Organisation.objects.create(slug="clinic", name="Clinic", kind="clinic", refers_to=laboratory)
    version, _ = register_model(actor=None, directory=inference.installed_model())
    promote_model(actor=None, version=version, reason="To be measured.")
    return User.objects.create_user("u@x.example", full_name="U", role=Role.UPLOADER, organisation=clinic)


def queued_case(actor: Any, number: int, files: list[bytes]) -> Any:
    """A case whose images wait in the queue."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from cases.services.cases import create_case
    from cases.services.images import receive_image
    from cases.services.patients import register_patient

    patient = register_patient(actor=actor, mrn=f"M{number}", family_name="F", birth_date=date(1970, 1, 1))
    case = create_case(actor=actor, patient=patient, accession_number=f"A{number}")
    for content in files:
        receive_image(actor=actor, case=case, upload=SimpleUploadedFile("field.jpg", content, "image/jpeg"))
    return case


def through_worker(case: Any, pool: str, processes: int, log: Path) -> float:
    """Pictures a second from the first claim to the last result of a case's images."""
    from django.db.models import Max, Min

    from classifier.models import Analysis

    command = [sys.executable, "-m", "celery", "-A", "hematovision", "worker", "--pool", pool]
    command += ["--concurrency", str(processes), "--queues", "inference,default", "--loglevel", "WARNING"]
    command += ["--without-gossip", "--without-mingle"]
    runs = Analysis.objects.filter(image__case=case)
    with log.open("ab") as output:
        worker = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)  # noqa: S603  ourselves
        try:
            began = time.monotonic()
            while runs.exclude(state="done").exists():
                if time.monotonic() - began > _LONGEST_SECONDS or worker.poll() is not None:
                    message = f"The worker did not finish: {log.read_text()[-2000:]}"
                    raise SystemExit(message)
                time.sleep(0.5)
        finally:
            worker.terminate()
            worker.wait(60)
    span = runs.aggregate(first=Min("started_at"), last=Max("finished_at"))
    return runs.count() / float((span["last"] - span["first"]).total_seconds())


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=60)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=WORKERS, default=list(WORKERS))
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    network = Path(os.environ.get("HEMATOVISION_VAR", ROOT / "var")) / "benchmarks" / "resnet50-224"
    with tempfile.TemporaryDirectory(prefix="hematovision-bench-") as folder:
        os.environ |= {"HEMATOVISION_TEST_VAR": folder, "DJANGO_SETTINGS_MODULE": "hematovision.settings.test"}
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command
        from django.db import connection

        os.environ.setdefault("DATABASE_URL", f"sqlite:///{settings.DATABASES['default']['NAME']}")
        call_command("migrate", verbosity=0)
        files, actor = pictures(given.images), sender()
        rates: dict[str, list[float]] = {"predict": [], "analyse": []} | {name: [] for name in given.only}
        for repeat in range(given.repeats):
            rates["predict"].append(naive(network))
            rates["analyse"].append(analyse_alone(files, threads=2))
            for number, name in enumerate(given.only):
                case = queued_case(actor, 100 * repeat + number, files)
                rates[name].append(through_worker(case, *WORKERS[name], Path(folder) / "worker.log"))
        connection.close()
    middle = {name: statistics.median(found) for name, found in rates.items()}
    broker = "Redis" if os.environ.get("REDIS_URL") else "the folder broker"
    print(f"{given.images} pictures of 640 x 480 on {connection.vendor} and {broker}, median of {given.repeats}")
    for name, rate in middle.items():
        compared = f"{rate / middle['predict']:6.2f} x predict{rate / middle['analyse']:7.2f} x analyse"
        print(f"{name:12}{rate:8.1f} pictures/s{compared}   {', '.join(f'{each:.1f}' for each in rates[name])}")
    if given.json:
        given.json.write_text(json.dumps(rates, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
