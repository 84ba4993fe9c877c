"""What models say of images and what verifications are called stands where translators find it."""

from __future__ import annotations

from typing import get_args

import pytest

from classifier.inference.picture_limits import all_limits
from classifier.inference.scale import RedCellRuler
from classifier.inference.scale_choice import judge_scale
from classifier.inference.types import ScaleSource
from classifier.words import OF_PICTURES, WITH_VALUES
from hematovision import verifications
from oversight.words import CHECKS


@pytest.mark.parametrize("what", ["focus", "exposure", "stain"])
def test_every_sentence_about_a_picture_is_named(what: str) -> None:
    said = all_limits()[what]["sentences"].values()

    assert set(said) <= set(OF_PICTURES)


@pytest.mark.parametrize("source", get_args(ScaleSource))
def test_every_sentence_about_a_scale_is_named(source: ScaleSource) -> None:
    unseen = RedCellRuler(diameter_px=None, count=0)

    said = judge_scale(0.1, source, red=unseen).sentence

    beginnings = [sentence.partition("%(")[0] for sentence in (*OF_PICTURES, *WITH_VALUES)]
    assert any(said.startswith(begins) for begins in beginnings if begins)


def test_every_verification_is_named() -> None:
    assert set(verifications.registered()) <= set(CHECKS)
