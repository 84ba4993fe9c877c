"""What is lost, doubled or stuck when parts go away under load: workers killed, the broker emptied, connections broken.

Fills a database of its own (a temporary folder; SQLite and the folder broker unless DATABASE_URL and REDIS_URL name others,
empty ones), sends drawn fields while two real workers and the sweeper run, and does harm at even distances: a worker is
killed and started again, every message is taken from the broker, and on PostgreSQL every connection is broken, as by a
restart. Prints how many images were lost (no analysis), doubled (more than one prediction of a cell by one model, or
analysed twice) and stuck (unfinished three minutes after the last harm), and the longest wait of one image. Exits with 1
unless all three are none. Run: deploy/with_services python benchmarks/faults.py [--images N] [--kills N] [--flushes N]
[--breaks N]
"""

import argparse
import io
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

STUCK_AFTER_SECONDS = 180.0
PAUSE_SECONDS = 2.0
WORKERS = ("one", "two")


class Workers:
    """Two workers and the sweeper's clock as processes."""

    def __init__(self, folder: Path) -> None:
        self.log = (folder / "workers.log").open("ab")
        self.running = {name: self._start(name) for name in (*WORKERS, "beat")}

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        worker = ["worker", "--pool", "threads", "--concurrency", "2", "--queues", "inference,default"]
        worker += ["--without-gossip", "--without-mingle", "--hostname", f"{name}@faults", "--loglevel", "WARNING"]
        command = ["beat", "--pidfile=", "--loglevel", "WARNING"] if name == "beat" else worker
        return subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "celery", "-A", "hematovision", *command],
            cwd=ROOT,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )

    def kill_one(self) -> None:
        """Kill a worker as the kernel does when memory is short, and start it again."""
        name = random.choice(WORKERS)
        self.running[name].send_signal(signal.SIGKILL)
        self.running[name].wait()
        self.running[name] = self._start(name)

    def end(self) -> None:
        """Kill all of them."""
        for process in self.running.values():
            process.kill()
            process.wait()
        self.log.close()


def empty_broker() -> None:
    """Take every message away, those handed out and not acknowledged included."""
    from celery import current_app
    from django.conf import settings

    if settings.REDIS_URL:
        with current_app.connection_for_read() as broker:
            broker.default_channel.client.delete("inference", "default", "unacked", "unacked_index")
        return
    for message in Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"]).glob("*.msg"):
        message.unlink(missing_ok=True)


def break_connections() -> None:
    """Break every connection to PostgreSQL but our own; SQLite has none."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def sender() -> Callable[[int], Any]:
    """A clinic with one case; returns what sends a drawn field to it."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.core.management import call_command
    from django.utils import timezone
    from PIL import Image

    from accounts.models import Organisation, Role, User
    from cases.services.cases import create_case
    from cases.services.images import receive_image
    from cases.services.patients import register_patient
    from classifier.inference.synthetic import draw_field

    call_command("ensure_model", verbosity=0)
    laboratory = Organisation.objects.create(slug="laboratory", name="Laboratory", kind="laboratory")
    clinic = Organisation.objects.create(slug="clinic", name="Clinic", kind="clinic", refers_to=laboratory)
    actor = User.objects.create_user("sender@x.example", full_name="Sender", role=Role.UPLOADER, organisation=clinic)
    born = timezone.localdate()
    patient = register_patient(actor=actor, mrn="M1", family_name="Sample", given_name="One", birth_date=born)
    case = create_case(actor=actor, patient=patient, accession_number="A-1")

    def send(seed: int) -> None:
        rgb, _ = draw_field(seed=seed, width=480, height=360, cells={"neutrophil": 2, "lymphocyte": 1}, um_per_px=0.1)
        picture = io.BytesIO()
        Image.fromarray(rgb).save(picture, "PNG", compress_level=1)
        receive_image(actor=actor, case=case, upload=SimpleUploadedFile("field.png", picture.getvalue()))

    return send


def spread(harms: list[Callable[[], None]], images: int) -> Iterator[tuple[int, Callable[[], None] | None]]:
    """Every image by its number, each with the harm that is done after it, if any."""
    random.Random(1).shuffle(harms)
    due = {round((place + 1) * images / (len(harms) + 1)): harm for place, harm in enumerate(harms)}
    for number in range(images):
        yield number, due.pop(number, None)
    for harm in due.values():
        yield images, harm


def unfinished() -> int:
    """How many images still wait for their analysis."""
    from cases.models import SmearImage

    return SmearImage.objects.unfinished().count()


def counted(sent: int) -> dict[str, int]:
    """Images lost, doubled and stuck, and those that ended otherwise than analysed."""
    from django.db.models import Count, Q

    from cases.models import SmearImage
    from classifier.models import Prediction

    cells = Prediction.objects.values("cell", "model_version").annotate(n=Count("id")).filter(n__gt=1).count()
    analysed = Count("transitions", filter=Q(transitions__to_state="analysed"))
    return {
        "sent": sent,
        "lost": sent - SmearImage.objects.count() + SmearImage.objects.filter(analyses__isnull=True).count(),
        "doubled": cells + SmearImage.objects.annotate(n=analysed).filter(n__gt=1).count(),
        "stuck": unfinished(),
        "failed": SmearImage.objects.filter(state="failed").count(),
    }


def run(given: argparse.Namespace, folder: Path) -> bool:
    """Send and harm, wait, print; returns whether nothing was lost, doubled or stuck."""
    from django.db import connection

    from classifier.models import Analysis

    send = sender()
    workers = Workers(folder)
    harms: list[Callable[[], None]] = [workers.kill_one] * given.kills
    harms += [empty_broker] * given.flushes + [break_connections] * given.breaks
    try:
        for number, harm in spread(harms, given.images):
            if number < given.images:
                send(number)
            if harm is not None:
                # Long enough for a worker to be at work when it comes.
                time.sleep(PAUSE_SECONDS)
                harm()
        last = time.monotonic()
        while unfinished() and time.monotonic() - last < STUCK_AFTER_SECONDS:
            time.sleep(0.5)
        found = counted(given.images)
        waited = [row.finished_at - row.queued_at for row in Analysis.objects.filter(finished_at__isnull=False)]
        print(f"{connection.vendor}: {', '.join(f'{name} {number}' for name, number in found.items())}")
        print(f"Everything was done {time.monotonic() - last:.0f} s after the last harm.")
        print(f"Longest from asked for to done: {max(waited).total_seconds():.0f} s.")
    finally:
        workers.end()
        connection.close()
    return not (found["lost"] or found["doubled"] or found["stuck"])


def main() -> int:
    """Make a database, run, clean up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=200)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--flushes", type=int, default=4)
    parser.add_argument("--breaks", type=int, default=4)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hematovision-bench-") as folder:
        os.environ["HEMATOVISION_TEST_VAR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "hematovision.settings.test"
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        return 0 if run(given, Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
