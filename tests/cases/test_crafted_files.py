"""Every kind of crafted file is refused with a sentence or accepted whole, in a child that may use little memory."""

from __future__ import annotations

import io
import random

import pytest

from cases.decoding import Budget, DecodeHelper
from cases.imaging import Limits
from hematovision.errors import DomainError
from tests.factories.hostile_files import ACCEPTED, EITHER, KINDS
from tests.factories.hostile_files.mutations import mutated

LIMITS = Limits(max_pixels=64_000_000)
BUDGET = Budget(memory_bytes=400 * 1024**2, cpu_seconds=10, wall_seconds=90)
WAIT_SECONDS = 60
MUTATIONS = 200


@pytest.fixture(scope="module")
def helper():
    made = DecodeHelper(at_once=1)
    yield made
    made.close()


def outcome(helper, content):
    """The code of the refusal or `ACCEPTED`; whatever else is raised is a defect."""
    asked = {"limits": LIMITS, "budget": BUDGET, "wait_seconds": WAIT_SECONDS}
    try:
        facts = helper.examine(io.BytesIO(content), **asked)
    except DomainError as refusal:
        assert refusal.status in {413, 415, 422}  # noqa: PT017 (either outcome may be right)
        assert refusal.sentence.endswith(".")  # noqa: PT017
        return refusal.code
    rgb = helper.load_rgb(io.BytesIO(content), **asked)
    assert rgb.shape == (facts.height, facts.width, 3)
    return ACCEPTED


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_a_crafted_file_meets_its_answer(helper, kind):
    assert kind.outcome in {outcome(helper, kind.make()), EITHER}


def test_there_are_at_least_sixty_kinds_all_of_them_small():
    assert len({kind.name for kind in KINDS}) >= 60
    assert max(len(kind.make()) for kind in KINDS) < 6_000_000


def test_mutations_are_answered_as_well(helper):
    dice = random.Random(20_26)
    for content in mutated(dice, MUTATIONS):
        outcome(helper, content)
