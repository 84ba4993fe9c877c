"""Every class that is taught has its text, from named works, and says that nobody reviewed it yet."""

import pytest
from django.template.loader import render_to_string

from education import morphology
from education.teaching_classes import BY_CODE, CODES


@pytest.mark.parametrize("code", CODES)
def test_a_class_has_nine_statements_each_with_its_source(code):
    statements = morphology.of(code).statements
    assert len(statements) == 9
    assert all(str(statement.text).endswith(".") for _about, statement in statements)
    assert all(len(str(statement.text)) <= 110 for _about, statement in statements)
    assert all(statement.source.short and statement.source.citation for _about, statement in statements)


def test_texts_are_of_the_classes_that_are_taught_and_of_no_others():
    assert set(morphology.BY_CODE) == set(CODES)


def test_pairs_are_of_two_classes_that_are_taught_and_say_how_to_tell_them_apart():
    for pair in morphology.LOOK_ALIKES:
        assert pair.left in BY_CODE
        assert pair.right in BY_CODE
        assert pair.left != pair.right
        assert str(pair.apart.text).endswith(".")
    assert len(morphology.BY_KEY) == len({frozenset((pair.left, pair.right)) for pair in morphology.LOOK_ALIKES})


def test_every_class_is_taken_for_another():
    assert {code for code in CODES if not morphology.look_alikes_of(code)} == set()


def test_both_texts_stand_side_by_side_as_a_draft_with_their_sources():
    page = render_to_string("education/partials/morphology.html", {"classes": [BY_CODE["band"], BY_CODE["segmented"]]})
    assert "Draft: not yet reviewed by a pathologist" in page
    assert "How to tell them apart:" in page
    assert "Band neutrophil" in page
    assert "Segmented neutrophil" in page
    assert "2nd ed. H20-A2. 2007." in page


def test_of_classes_that_nobody_confuses_nothing_is_said_of_telling_them_apart():
    page = render_to_string("education/partials/morphology.html", {"classes": [BY_CODE["band"], BY_CODE["platelet"]]})
    assert "How to tell them apart:" not in page
