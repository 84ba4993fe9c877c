"""Whatever the model said, every page and every answer is the same for whoever may not know it.

The whole URLconf is walked twice, with the same cases, images and cells, of which the model said one thing the first
time and another the second. What differs between two answers is a leak: a label, a score, a count, a place in a list.
"""

import difflib
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import get_resolver, reverse

from accounts.models import Organisation
from cases.cell_classes import CLASS_CODES, UNIDENTIFIED
from cases.models import Cell
from classifier.models import Analysis, AnalysisState, ModelState, ModelVersion, Prediction
from notices.models import Notification
from tests.factories.specimens import NOON
from tests.permissions.matrix import ROWS, Row
from tests.permissions.requests import send
from tests.permissions.test_every_route_is_listed import routes
from tests.permissions.test_matrix import content_of, status_of
from tests.permissions.world import opinion, session

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# Every route is walked but these, each for its reason. A new route is walked as soon as the matrix has its line.
NOT_WALKED = {
    r"admin/.*<path:object_id>/": "the administration redirects this old form of a change page to the new one",
}
UNSIGNED = ("ready", "in_review")
# Records of another house: whoever walks is told that there is no such thing, as the matrix shows.
ABSENT = "far"

# Two things a model could have said about two cells of each case: label, score, identified, novelty. They swap which
# case has more unidentified cells, so that its place in a worklist would swap as well.
ONE = {"ready": [("neutrophil", 0.8317), ("lymphocyte", 0.8317)], "in_review": [(UNIDENTIFIED, 0.4729)] * 2}
OTHER = {"ready": [(UNIDENTIFIED, 0.3618)] * 2, "in_review": [("basophil", 0.9153), ("platelet", 0.9153)]}

# Some of the many answers that tell what the model said to those who may know it: without them the walk proves nothing.
SEEN_BY = {
    "pavel": {"GET workbench:worklist -", "GET workbench:case ready", "GET review:state in_review"},
    "olga": {"GET workbench:worklist -", "GET api:case ready", "GET api:image ready", "GET api:predictions -"},
}

# Lists under other filters and orders than the matrix asks for.
FURTHER = [
    ("workbench:worklist", "?state=ready"),
    ("workbench:worklist", "?state=in_review"),
    ("workbench:worklist", "?state=open&priority=routine"),
    ("workbench:worklist", "?state=open&sort=unidentified"),
    ("workbench:review", "?state=open"),
    ("api:cases", "?state=ready"),
    ("api:predictions", "?identified=false"),
    ("api:predictions", "?label=unidentified"),
    ("classifier:predictions", "?label=unidentified"),
    ("oversight:my_agreement", "?model="),
    ("oversight:my_agreement_cells", "?show=excluded"),
    ("oversight:my_agreement_cells", "?show=unidentified"),
    ("oversight:my_agreement_cells", "?answer=neutrophil"),
]


@pytest.fixture(scope="module")
def newer(world):
    """A model that has come into use since: what it says of the world's cells is what the two walks differ in."""
    ModelVersion.objects.filter(state=ModelState.ACTIVE).update(state=ModelState.RETIRED)
    return ModelVersion.objects.create(
        name="tiny",
        version="2",
        directory="nowhere",
        card={"metrics": {}},
        card_sha256="2" * 64,
        state=ModelState.ACTIVE,
        promoted_at=NOON,
        evaluation={"accuracy": 0.9},
        reason="the walk needs one",
    )


def model_says(world, model, words, *, reviewed_by=None, excluded_by=None):
    """Let `model` say `words` of the cells of the named cases.

    `reviewed_by` has then confirmed every one, or `excluded_by` has excluded the last of each case without a name for it.
    """
    for name, said in words.items():
        made = world.specimens[name]
        analysis = Analysis.objects.create(
            image=made.image,
            model_version=model,
            state=AnalysisState.DONE,
            queued_at=NOON + timedelta(hours=1),
            started_at=NOON + timedelta(hours=1),
            finished_at=NOON + timedelta(hours=1),
            quality={"verdict": "good", "readings": {}},
        )
        for number, (cell, (label, score)) in enumerate(zip(made.cells, said, strict=True), start=1):
            best = "monocyte" if label == UNIDENTIFIED else label
            rest = (1 - score) / (len(CLASS_CODES) - 1)
            Prediction.objects.create(
                analysis=analysis,
                cell=cell,
                model_version=model,
                label=best,
                score=score,
                probabilities={code: score if code == best else rest for code in CLASS_CODES},
                identified=label != UNIDENTIFIED,
                novelty=round(1 - score, 4),
            )
            human = {"label_source": "human", "decided_by": reviewed_by, "decided_at": NOON} if reviewed_by else {}
            if excluded_by and number == len(said):
                human = {"excluded": True, "exclusion_reason": "smudge", "decided_by": excluded_by, "decided_at": NOON}
            Cell.objects.filter(pk=cell.pk).update(label=label, score=score, **human)


def requests(world):
    """Every line of the matrix about what is there, of each unsigned case as well where it is about a case; and FURTHER."""
    rows = {}
    for row in ROWS:
        if row.target.startswith(ABSENT):
            continue
        targets = [row.target]
        if row.target in world.specimens:
            targets += UNSIGNED
        for target in targets:
            one = replace(row, target=target)
            rows[str(one)] = (one, "")
    for route, query in FURTHER:
        rows[f"GET {route} {query}"] = (Row("pages", "GET", route, "-", ()), query)
    return rows


def walk(world, who, only=None):
    """Send every request (or `only` the named ones) as `who`, undo each, and return what was answered, by request."""
    cache.clear()
    known, told_before = known_ids(world), list(Notification.objects.values_list("pk", flat=True))
    answers = {}
    for name, (row, query) in requests(world).items():
        if only is not None and name not in only:
            continue
        # Afresh for each: one of the requests signs out.
        client = world.client(who)
        with transaction.atomic():
            response = client.get(reverse(row.route) + query) if query else send(client, row, world)
            told = Notification.objects.exclude(pk__in=told_before).order_by("text").values_list("user", "text", "path")
            content = content_of(response)
            answers[name] = (
                status_of(response),
                timeless(response.get("Location", ""), known),
                timeless(content, known),
                timeless(str(list(told)), known),
            )
            transaction.set_rollback(True)
    return answers


def known_ids(world):
    """The ids that are the same in both walks."""
    found = {str(getattr(each, "pk", each)) for each in world.objects.values()}
    for made in world.specimens.values():
        rows = (made.case, made.image, made.patient, *made.cells)
        found |= {str(row.pk) for row in rows}
    return found


def timeless(text, known):
    """What was said without what is new at every request: tokens, times, ids of rows just made."""
    text = re.sub(
        r"(?<=name=\"csrfmiddlewaretoken\" value=\")\w+|(?<=data-csrf=\")\w+|(?<=nonce=\")[^\"]+", "TOKEN", text
    )
    # What a device of the walk is given is drawn anew each time.
    text = re.sub(r"(?<=\"token\":\")\w+|(?<=\"public_key\":\")[\w+/=]+", "TOKEN", text)
    text = re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?", "TIME", text)
    text = re.sub(r"\d{1,2} \w{3,9}( \d{4})? \d\d:\d\d", "TIME", text)
    # A session of this request began "now", and "a second ago" where the machine took its time to answer.
    text = re.sub(r">(now|(a|an|\d+)\s(second|minute|hour)s? ago)(?=</time>)", ">AGO", text)
    # The tag of a resource just made is a hash of its id and its moments.
    text = re.sub(r"W/\\?\"[0-9a-f]{32}\\?\"", "TAG", text)
    ids = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    return re.sub(ids, lambda found: found[0] if found[0] in known else "NEW", text)


def answers_that_differ(world, model, who, words, only=None, **more):
    """Walk as `who` with each of two `words`; return what was answered otherwise the second time, by request."""
    walks = []
    for said in words:
        with transaction.atomic():
            model_says(world, model, said, **more)
            walks.append(walk(world, who, only))
            transaction.set_rollback(True)
    first, second = walks
    return {name: difference(first[name], second[name]) for name in first if first[name] != second[name]}


def difference(first, second):
    """The lines of an answer that differ, to be read in a failing test."""
    lines = difflib.unified_diff("\n".join(first).splitlines(), "\n".join(second).splitlines(), n=0, lineterm="")
    return [line[:300] for line in lines if not line.startswith(("---", "+++", "@@"))][:8]


def test_a_laboratory_that_reviews_blinded_tells_its_pathologist_nothing(world, newer):
    """Neither of cells that wait nor of one that was excluded, whose class nobody has said."""
    pavel = world.people["pavel"]
    with transaction.atomic():
        Organisation.objects.filter(pk=pavel.organisation_id).update(blind_review=True)
        assert answers_that_differ(world, newer, "pavel", (ONE, OTHER), excluded_by=pavel) == {}
        transaction.set_rollback(True)


def test_who_owes_a_blinded_opinion_learns_neither_the_models_labels_nor_the_first_reviewers(world, newer):
    vera, pavel = world.objects["colleague"], world.people["pavel"]
    with transaction.atomic():
        world.sessions["vera"] = session(vera)
        world.objects["owed"] = opinion(world.specimens["in_review"], asked_by=pavel, colleague=vera, blind=True)
        words = ({"in_review": ONE["in_review"]}, {"in_review": OTHER["in_review"]})
        assert answers_that_differ(world, newer, "vera", words, reviewed_by=pavel) == {}
        transaction.set_rollback(True)


def test_the_walk_sees_what_the_model_said_wherever_it_may_be_seen(world, newer):
    for who, expected in SEEN_BY.items():
        assert set(answers_that_differ(world, newer, who, (ONE, OTHER), only=expected)) == expected


def test_every_route_is_walked_or_says_why_not():
    walked = {row.route for row in ROWS if not row.target.startswith(ABSENT)}
    left_out = {name for name, _ in routes(get_resolver()) if name not in walked}
    assert [name for name in left_out if not any(re.fullmatch(pattern, name) for pattern in NOT_WALKED)] == []
