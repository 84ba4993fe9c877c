"""What is lost, doubled or stuck when parts go away under load: workers killed, the broker emptied, connections broken, a full disk.

Fills a database of its own (a temporary folder; SQLite and the folder broker unless DATABASE_URL and REDIS_URL name others,
empty ones), sends drawn fields over the API while two real workers and the sweeper run, and does harm at even distances: a
worker with an image in hand is killed and started again; every message is taken from the broker; every connection to the
database is broken; the disk of the files is full for twenty seconds. PostgreSQL and Redis are restarted for it where
deploy/with_services started them. What is refused with 503 or 507 is sent again, as a client does.

Prints how many images were lost (accepted and no row, or no analysis), doubled (more than one prediction of a cell by one
model, or analysed twice), stuck (unfinished three minutes after the last harm), failed, and answered otherwise than with
201, 503 or 507; how long images waited; the load of the host. Exits with 1 unless all of these counts are nought. Run:

    deploy/with_services python benchmarks/faults.py [--images N] [--kills N] [--flushes N] [--breaks N] [--full N]

A full disk needs a file system of its own, which root may mount; `--full 0` leaves it out.
"""

import argparse
import collections
import io
import logging
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks._harms import Disk, Workers, break_connections, empty_broker, unfinished  # noqa: E402

STUCK_AFTER_SECONDS = 180.0
SENDER_GIVES_UP_SECONDS = 600.0


Harm = Callable[[], bool]


class Sender:
    """A clinic with one case, which sends drawn fields to it over the API."""

    def __init__(self, tend: Callable[[], None]) -> None:
        from django.core.management import call_command
        from django.test import Client
        from django.utils import timezone

        from accounts.models import Organisation, Role, User
        from cases.services.cases import create_case
        from cases.services.patients import register_patient

        self.tend = tend
        self.answers: collections.Counter[int] = collections.Counter()
        call_command("ensure_model", verbosity=0)
        laboratory = Organisation.objects.create(slug="laboratory", name="Laboratory", kind="laboratory")
        clinic = Organisation.objects.create(slug="clinic", name="Clinic", kind="clinic", refers_to=laboratory)
        actor = User.objects.create_user(
            "sender@x.example", full_name="Sender", role=Role.UPLOADER, organisation=clinic
        )
        patient = register_patient(
            actor=actor, mrn="M1", family_name="Sample", given_name="One", birth_date=timezone.localdate()
        )
        case = create_case(actor=actor, patient=patient, accession_number="A-1")
        self.address = f"/api/v1/cases/{case.pk}/images/"
        self.http = Client(raise_request_exception=False)
        self.http.force_login(actor)

    def send(self, seed: int) -> None:
        """Send one field until it is accepted."""
        from django.core.files.uploadedfile import SimpleUploadedFile
        from django.db import close_old_connections

        picture = drawn(seed)
        deadline = time.monotonic() + SENDER_GIVES_UP_SECONDS
        while True:
            self.tend()
            # As at the start of every request, which the test client leaves out.
            close_old_connections()
            status = self.http.post(self.address, {"file": SimpleUploadedFile("field.png", picture)}).status_code
            self.answers[status] += 1
            if status in {200, 201}:
                return
            if time.monotonic() > deadline:
                sys.exit(f"A field was refused for {SENDER_GIVES_UP_SECONDS:.0f} s, at last with {status}.")
            time.sleep(1)


def drawn(seed: int) -> bytes:
    """A drawn field as a PNG."""
    from PIL import Image

    from classifier.inference.synthetic import draw_field

    rgb, _ = draw_field(seed=seed, width=480, height=360, cells={"neutrophil": 2, "lymphocyte": 1}, um_per_px=0.1)
    picture = io.BytesIO()
    Image.fromarray(rgb).save(picture, "PNG", compress_level=1)
    return picture.getvalue()


def spread(harms: list[Harm], images: int) -> dict[int, list[Harm]]:
    """The harms that are due after each image, by its number: mixed, at even distances."""
    random.Random(1).shuffle(harms)
    due: dict[int, list[Harm]] = collections.defaultdict(list)
    for place, harm in enumerate(harms):
        due[min(round((place + 1) * images / (len(harms) + 1)), images - 1)].append(harm)
    return due


def send_and_harm(
    sender: Sender, due: dict[int, list[Harm]], images: int, until: float
) -> tuple[int, collections.Counter[str]]:
    """Send every image and do every harm, one that cannot be done yet after a later image; stop when time is up.

    Returns how many images were accepted, and how often each harm was done.
    """
    from tqdm import tqdm

    sent = 0
    done: collections.Counter[str] = collections.Counter()
    waiting: collections.deque[Harm] = collections.deque()
    for number in tqdm(range(images), mininterval=10, unit="image"):
        sender.send(number)
        sent += 1
        waiting.extend(due[number])
        harm(waiting, done)
        if time.monotonic() > until:
            break
    print(f"{sent} sent; harms that still wait: {len(waiting)}.", flush=True)
    while waiting and time.monotonic() < until:
        sender.tend()
        harm(waiting, done)
        time.sleep(0.1)
    return sent, done


def harm(waiting: collections.deque[Harm], done: collections.Counter[str]) -> None:
    """Do what waits, in its order, up to the first that cannot be done now."""
    from django.db import connection

    while waiting:
        # The one before may have broken it.
        connection.close()
        if not waiting[0]():
            return
        done[waiting.popleft().__name__] += 1


def counted(sent: int, answers: collections.Counter[int]) -> dict[str, int]:
    """Images lost, doubled and stuck, those that ended otherwise than analysed, and answers that are a defect."""
    from django.db.models import Count, Q

    from cases.models import SmearImage
    from classifier.models import Prediction

    cells = Prediction.objects.values("cell", "model_version").annotate(n=Count("id")).filter(n__gt=1).count()
    analysed = Count("transitions", filter=Q(transitions__to_state="analysed"))
    return {
        "lost": sent - SmearImage.objects.count() + SmearImage.objects.filter(analyses__isnull=True).count(),
        "doubled": cells + SmearImage.objects.annotate(n=analysed).filter(n__gt=1).count(),
        "stuck": unfinished(),
        "failed": SmearImage.objects.filter(state="failed").count(),
        "wrong answers": sum(number for status, number in answers.items() if status not in {200, 201, 503, 507}),
    }


def run(given: argparse.Namespace, log: Path, disk: Disk | None) -> bool:
    """Send and harm, wait, print; returns whether nothing was lost, doubled, stuck, failed or answered wrongly."""
    from django.db import connection

    from classifier.models import Analysis

    began = time.monotonic()
    workers = Workers(log)

    def tend() -> None:
        workers.tend()
        if disk:
            disk.tend()

    sender = Sender(tend)
    harms: list[Harm] = [workers.kill_one] * given.kills
    harms += [empty_broker] * given.flushes + [break_connections] * given.breaks
    harms += [disk.fill] * given.full if disk else []
    try:
        sent, done = send_and_harm(sender, spread(harms, given.images), given.images, began + 60 * given.minutes)
        last = time.monotonic()
        connection.close()
        while unfinished() and time.monotonic() - last < STUCK_AFTER_SECONDS:
            tend()
            time.sleep(0.5)
        found = counted(sent, sender.answers)
        print(f"{connection.vendor}: sent {sent}, {', '.join(f'{name} {n}' for name, n in found.items())}")
        print(f"Harm: {', '.join(f'{name} {n} times' for name, n in done.items())}.")
        print(f"Answers: {', '.join(f'{status} {n} times' for status, n in sorted(sender.answers.items()))}.")
        print(
            f"Workers killed with an image in hand {workers.killed_at_work}, ended by themselves {workers.ended_by_themselves}."
        )
        print(
            f"Took {time.monotonic() - began:.0f} s; everything was done {time.monotonic() - last:.0f} s after the last harm."
        )
        waited = sorted(row.finished_at - row.queued_at for row in Analysis.objects.filter(finished_at__isnull=False))
        long = sum(wait > timedelta(seconds=STUCK_AFTER_SECONDS) for wait in waited)
        print(
            f"From asked for to done: half within {waited[len(waited) // 2].total_seconds():.0f} s, "
            f"longest {waited[-1].total_seconds():.0f} s, {long} longer than {STUCK_AFTER_SECONDS:.0f} s."
        )
        print(
            f"Attempts: {dict(sorted(collections.Counter(Analysis.objects.values_list('attempt', flat=True)).items()))}"
        )
        print(f"Load of the host at the end: {', '.join(f'{load:.1f}' for load in os.getloadavg())}.")
    finally:
        workers.end()
        connection.close()
        if given.log:
            given.log.write_bytes(log.read_bytes())
    return not any(found.values())


def prepare(folder: Path) -> None:
    """Make the database, and whatever else lies in the folder."""
    os.environ["HEMATOVISION_TEST_VAR"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "hematovision.settings.test"
    # For what is forked.
    os.environ["PYTHONPATH"] = str(ROOT)
    import django

    django.setup()
    # Refusals are counted; a line for each would hide how far the run is.
    for name in ("django.request", "django_structlog"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def main() -> int:
    """Run in a temporary folder, clean up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=200)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--flushes", type=int, default=4)
    parser.add_argument("--breaks", type=int, default=4)
    parser.add_argument("--full", type=int, default=2, help="how often the disk is full")
    parser.add_argument("--minutes", type=float, default=35, help="after which nothing more is sent or harmed")
    parser.add_argument("--log", type=Path, help="where to keep what the workers said")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hematovision-bench-") as folder:
        var = Path(folder) / "var"
        var.mkdir()
        disk = Disk(var) if given.full else None
        try:
            prepare(var)
            # Not on the disk that is filled: it has to tell what happened then.
            return 0 if run(given, Path(folder) / "workers.log", disk) else 1
        finally:
            if disk:
                disk.end()


if __name__ == "__main__":
    sys.exit(main())
