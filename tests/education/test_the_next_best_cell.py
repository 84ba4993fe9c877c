"""Simulated students: what is asked next follows from what was answered."""

import itertools
import os
import subprocess
import sys
from collections import Counter
from random import Random

import pytest

from cases.cell_classes import CLASS_CODES
from education.choosing import COMES_BACK_AFTER, Candidate, Past, next_cell

MIXED_UP = {"monocyte": "lymphocyte", "lymphocyte": "monocyte"}


def candidates(each=20, **more):
    return [Candidate(f"{code} {i}", code) for code in CLASS_CODES for i in range(more.get(code, each))]


def asked(cells, answers, *, seed, answer):
    """What a student is asked whose answer to a class is `answer(class, random)`."""
    by_id = {cell.id: cell for cell in cells}
    random = Random(seed)
    history = []
    for _ in range(answers):
        cell = by_id[next_cell(cells, history, seed=seed)]
        history.append(Past(cell.id, cell.cell_class, answer(cell.cell_class, random)))
    return history


def perfect(true, _random):
    return true


def mixes_up(true, random):
    return MIXED_UP.get(true, true) if random.random() < 0.5 else true


def takes_monocytes_for_lymphocytes(true, random):
    return "lymphocyte" if true == "monocyte" and random.random() < 0.5 else true


@pytest.mark.parametrize("student", [mixes_up, takes_monocytes_for_lymphocytes])
def test_who_mixes_two_classes_up_gets_them_twice_as_often(student):
    later = asked(candidates(), 140, seed=3, answer=student)[40:]
    share = sum(past.cell_class in MIXED_UP for past in later) / len(later)
    assert share >= 2 * len(MIXED_UP) / len(CLASS_CODES)


@pytest.mark.parametrize("cells", [candidates(), candidates(monocyte=60, basophil=12)], ids=["as many", "unequal"])
def test_a_perfect_student_gets_every_class_as_often(cells):
    counts = Counter(past.cell_class for past in asked(cells, 400, seed=5, answer=perfect))
    even = 400 / len(CLASS_CODES)
    assert 0.8 * even <= min(counts.values())
    assert max(counts.values()) <= 1.2 * even


def test_no_class_is_asked_thrice_in_a_row():
    classes = [past.cell_class for past in asked(candidates(), 150, seed=1, answer=mixes_up)]
    assert all(len(set(classes[i : i + 3])) > 1 for i in range(len(classes) - 2))


def test_a_set_of_one_class_is_asked_all_the_same():
    cells = [Candidate(i, "monocyte") for i in range(3)]
    assert {past.id for past in asked(cells, 30, seed=1, answer=perfect)} == {0, 1, 2}


def test_a_wrong_cell_comes_back_after_5_20_and_60_answers():
    cells = candidates()
    wrong_one = next_cell(cells, [], seed=2)
    history = [Past(wrong_one, wrong_one.split()[0], "artefact")]
    by_id = {cell.id: cell for cell in cells}
    for _ in range(100):
        cell = by_id[next_cell(cells, history, seed=2)]
        history.append(Past(cell.id, cell.cell_class, cell.cell_class))
    places = [number for number, past in enumerate(history) if past.id == wrong_one]
    between = [later - earlier - 1 for earlier, later in itertools.pairwise(places)]
    # One later where the same class was asked twice before it.
    assert [0 <= gap - due <= 1 for gap, due in zip(between, COMES_BACK_AFTER, strict=False)] == [True, True, True]


def test_at_most_every_second_question_comes_back():
    seen: set[str] = set()
    fresh = []
    for past in asked(candidates(), 60, seed=4, answer=lambda _true, _random: "artefact"):
        fresh.append(past.id not in seen)
        seen.add(past.id)
    assert sum(fresh) >= 30


def test_what_was_just_seen_is_not_drawn_again():
    ids = [past.id for past in asked(candidates(), 50, seed=6, answer=perfect)]
    assert len(set(ids)) == 50


def test_what_everybody_knows_is_asked_less_than_what_teaches():
    cells = [
        Candidate("easy", "monocyte", asked=96, right=96),
        *(Candidate(f"{i}", "monocyte", asked=96, right=68) for i in range(3)),
    ]
    first = Counter(next_cell(cells, [], seed=seed) for seed in range(400))
    assert first["easy"] < 100 < first["0"]


def test_the_order_follows_from_the_seed_alone():
    program = (
        "from education.choosing import Candidate, Past, next_cell\n"
        "cells = {Candidate(f'{c} {i}', c) for c in ('monocyte', 'basophil', 'lymphocyte') for i in range(9)}\n"
        "past = []\n"
        "for _ in range(12):\n"
        "    chosen = next_cell(list(cells), past, seed=8)\n"
        "    past.append(Past(chosen, chosen.split()[0], 'monocyte'))\n"
        "print([each.id for each in past])\n"
    )
    orders = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            check=True,
            capture_output=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(orders) == 1


def test_no_candidate_is_no_cell():
    with pytest.raises(ValueError, match="no cell to choose from"):
        next_cell([], [], seed=1)
