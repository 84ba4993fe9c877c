"""From an answer in a quiz to what is told after it: p50 and p95 over HTTP, through gunicorn and every middleware.

    python benchmarks/learning.py [--attempts N] [--json FILE]

Fills a database of its own with the material that ships, what a class of students answered to it before, and what a model
said with heat maps, starts gunicorn as deploy/gunicorn.conf.py says, and answers whole sets as the script of the page does.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks._gunicorn import served  # noqa: E402

CLASSMATES = 30
GOAL_MS = 150
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_QUESTION = re.compile(r'action="(/learn/attempts/[^"]+/questions/\d+/)"')


def fill() -> tuple[str, dict[str, str]]:
    """Write everything; returns the session of a student and the address of each set by its title."""
    from django.conf import settings
    from django.core.files.base import ContentFile
    from django.core.management import call_command
    from django.test import Client
    from django.urls import reverse

    from accounts.demo import seed_people
    from accounts.models import Role
    from cases.cell_classes import CLASS_CODES
    from classifier.selectors import model_on
    from classifier.services import ensure_model
    from education.models import Answer, Attempt, AttemptItem, TeachingCell, TeachingPrediction, TeachingSet
    from education.services.importing import import_material
    from education.services.shipped_sets import ensure_shipped_sets
    from education.teaching_classes import at_depth

    call_command("migrate", verbosity=0)
    people = seed_people()
    student = next(each for each in people if each.role == Role.STUDENT)
    ensure_model(directory=settings.HEMATOVISION_MODEL_DIR)
    version = model_on(None)
    import_material()
    ensure_shipped_sets()
    cells, sets = list(TeachingCell.objects.all()), list(TeachingSet.objects.all())
    for _ in range(CLASSMATES):
        attempt = Attempt.objects.create(
            teaching_set=sets[0], student=people[0], seed=1, state="finished", finished_at="2026-01-01T00:00Z"
        )
        items = AttemptItem.objects.bulk_create(
            AttemptItem(attempt=attempt, position=place, cell=cell) for place, cell in enumerate(cells)
        )
        Answer.objects.bulk_create(
            Answer(
                item=item, label="monocyte", ms=1000, correct=at_depth(item.cell.cell_class, finer=False) == "monocyte"
            )
            for item in items
        )
    for cell in cells:
        said = TeachingPrediction(cell=cell, model_version=version, state="done", label="monocyte", score=0.9)
        said.probabilities = dict.fromkeys(CLASS_CODES, 0.125)
        said.heat_maps.save("", ContentFile(b"heat maps"), save=False)
        said.save()
    TeachingCell.objects.update(asked=CLASSMATES, right=CLASSMATES // 2)
    browser = Client()
    browser.force_login(student, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = browser.cookies[settings.SESSION_COOKIE_NAME]
    addresses = {each.title: reverse("education:start", args=[each.pk]) for each in sets}
    return f"{session.key}={session.value}", addresses


class Browser:
    """One connection that is kept open, with its cookies, as a browser has."""

    def __init__(self, port: int, cookie: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookies = dict([cookie.split("=", 1)])
        self._token = ""

    def ask(self, method: str, address: str, form: dict[str, str] | None = None, *, part: bool = True) -> Any:
        """Return status, text and milliseconds until the whole answer was there."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        headers |= {"X-Part": "quiz"} if part else {}
        headers |= {"X-CSRFToken": self._token, "Content-Type": "application/x-www-form-urlencoded"} if form else {}
        started = time.perf_counter()
        self._connection.request(method, address, body=urlencode(form) if form else None, headers=headers)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        took = 1000 * (time.perf_counter() - started)
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self._cookies[name] = value
        if token := _TOKEN.search(text):
            self._token = token[1]
        return answer, text, took


def answer_set(browser: Browser, start: str) -> tuple[list[float], list[float]]:
    """Answer a whole set; returns the milliseconds from each answer to its feedback, and to each next question."""
    browser.ask("GET", start.removesuffix("start/"), part=False)
    begun, _, _ = browser.ask("POST", start, {"a": "b"}, part=False)
    attempt = begun.headers["Location"]
    feedback, following = [], []
    while True:
        answer, text, took = browser.ask("GET", attempt)
        question = _QUESTION.search(text)
        if question is None:
            return feedback, following[1:]
        following.append(took)
        answer, text, took = browser.ask("POST", question[1], {"label": "monocyte"})
        if answer.status != 200 or "learn-verdict" not in text:
            message = f"An answer was answered with {answer.status}."
            raise RuntimeError(message)
        feedback.append(took)


def row(taken: list[float]) -> dict[str, float]:
    """p50 and p95 of some milliseconds."""
    taken = sorted(taken)
    return {
        "n": len(taken),
        "p50_ms": round(taken[len(taken) // 2], 1),
        "p95_ms": round(taken[round(0.95 * (len(taken) - 1))], 1),
    }


def main() -> None:
    """Fill, serve, answer, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--attempts", type=int, default=5, help="at each set (default %(default)s)")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hematovision-bench-") as folder:
        environment = {"HEMATOVISION_VAR": folder, "DJANGO_SETTINGS_MODULE": "hematovision.settings.local"}
        os.environ.update(environment)
        import django

        django.setup()
        cookie, sets = fill()
        results = {}
        with served(environment) as (port, _):
            browser = Browser(port, cookie)
            for title in ("All eight", "Adaptive practice"):
                answer_set(browser, sets[title])  # what is asked once a process
                rounds = [answer_set(browser, sets[title]) for _ in range(given.attempts)]
                results[f"{title}, feedback"] = row([took for feedback, _ in rounds for took in feedback])
                results[f"{title}, next question"] = row([took for _, following in rounds for took in following])
    for name, each in results.items():
        print(f"{name:34} {each['p50_ms']:7.1f} {each['p95_ms']:7.1f} ms p95 of {each['n']}")
    if given.json:
        given.json.write_text(json.dumps(results, indent=2))
    late = [name for name, each in results.items() if each["p95_ms"] > GOAL_MS]
    if late:
        sys.exit(f"Over {GOAL_MS} ms: {', '.join(late)}")


if __name__ == "__main__":
    main()
