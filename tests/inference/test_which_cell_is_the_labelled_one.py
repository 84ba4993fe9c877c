"""In images of one labelled cell, the labelled one is told from its neighbours."""

from classifier.inference.single_cells import labelled_centre, size_groups
from classifier.inference.types import Box, Candidate


def _at(x, y, area=900, kind="nucleated"):
    return Candidate(Box(x - 10, y - 10, 20, 20), area, (x, y), kind)


def _pick(candidates, pick):
    return labelled_centre(candidates, width=300, height=300, pick=pick)


def test_central_takes_the_nearest_to_the_middle():
    assert _pick([_at(20, 20, 5000), _at(160, 150)], "central") == ((160, 150), True)


def test_central_prefers_a_nucleus_to_a_platelet_beside_it():
    assert _pick([_at(150, 150, 50, "platelet"), _at(180, 150)], "central") == ((180, 150), True)


def test_central_takes_a_platelet_when_the_nuclei_are_far_away():
    assert _pick([_at(150, 150, 50, "platelet"), _at(20, 20)], "central") == ((150, 150), True)


def test_central_takes_the_middle_when_nothing_is_near():
    assert _pick([_at(20, 20)], "central") == ((150, 150), False)


def test_largest_takes_the_biggest_nucleus_wherever_it_is():
    assert _pick([_at(150, 150, 500), _at(20, 20, 900)], "largest") == ((20, 20), True)


def test_largest_takes_a_platelet_only_without_nuclei():
    assert _pick([_at(150, 150, 50, "platelet")], "largest") == ((150, 150), True)
    assert _pick([_at(150, 150, 9000, "platelet"), _at(20, 20, 100)], "largest") == ((20, 20), True)


def test_an_empty_image_gives_its_middle():
    assert _pick([], "largest") == ((150, 150), False)


def test_images_of_nearly_one_size_share_a_scale():
    groups = size_groups([(360, 363), (640, 480), (366, 369), (320, 240), (360, 360)])
    assert groups[0] == groups[2] == groups[4]
    assert len({groups[0], groups[1], groups[3]}) == 3


def test_an_upright_and_a_lying_image_are_not_of_one_size():
    assert len(set(size_groups([(640, 480), (480, 640)]))) == 2
