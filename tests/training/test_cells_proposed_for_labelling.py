"""Which cells a person is asked to label first."""

import numpy as np

from training.adaptation.propose import propose_cells


def sure(count):
    """Probabilities of cells the model is sure of."""
    return np.tile(np.array([[0.98, 0.01, 0.01]], np.float32), (count, 1))


def crowds(sizes, *, noise=0.01):
    """Features in as many crowds as there are sizes, and the crowd of each."""
    rng = np.random.default_rng(3)
    of = np.repeat(np.arange(len(sizes)), sizes)
    return (np.eye(8)[of] + rng.normal(0, noise, (len(of), 8))).astype(np.float32), of


def test_every_kind_of_cell_comes_before_a_second_of_one_kind():
    features, of = crowds([60, 30, 5, 1])
    assert sorted(of[propose_cells(features, sure(96), 4)]) == [0, 1, 2, 3]


def test_of_cells_equally_far_the_unsure_one_comes_first():
    features = np.eye(3, dtype=np.float32)[[0, 0, 0, 1, 2]]
    table = sure(5)
    table[4] = 1 / 3
    assert propose_cells(features, table, 2)[1] == 4


def test_patients_take_turns():
    features, _ = crowds([10, 10, 10], noise=0.3)
    groups = tuple("abc"[row % 3] for row in range(30))
    chosen = propose_cells(features, sure(30), 9, groups=groups)
    for turn in range(3):
        assert {groups[row] for row in chosen[3 * turn : 3 * turn + 3]} == {"a", "b", "c"}


def test_no_cell_is_proposed_twice_and_none_invented():
    features, _ = crowds([4, 3])
    assert sorted(propose_cells(features, sure(7), 25).tolist()) == list(range(7))
    assert len(propose_cells(features[:0], sure(0), 25)) == 0
    same = np.ones((6, 8), np.float32)
    assert sorted(propose_cells(same, sure(6), 6).tolist()) == list(range(6))


def test_the_same_cells_are_proposed_again():
    features, _ = crowds([40, 30, 20], noise=0.3)
    np.testing.assert_array_equal(propose_cells(features, sure(90)), propose_cells(features, sure(90)))
