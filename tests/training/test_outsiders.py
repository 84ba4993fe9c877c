"""Cells of no class are made from cells that have one: plainly different, and never taught as a class."""

import itertools

import numpy as np

from classifier.inference.colour import chromatin, chromatin_level, optical_density
from classifier.inference.crops import GLASS, balance
from classifier.inference.synthetic import draw_cell_image
from training.outsiders import grown, halves, outsider, smeared

UM_PER_PX = 0.15
SEEDS = range(12)


def drawn(label, seed):
    """A white-balanced patch of 192 px with one cell in its middle."""
    return balance(draw_cell_image(label, seed, 192, um_per_px=UM_PER_PX))


def nucleus(patch):
    """Pixels of chromatin near the middle."""
    strength = chromatin(optical_density(patch))
    rows, columns = np.indices(strength.shape) - 95.5
    return (strength > chromatin_level(strength)) & (np.hypot(rows, columns) < 9.5 / UM_PER_PX)


def test_a_grown_lymphocyte_is_as_large_as_a_blast_among_red_cells_of_the_usual_size():
    cell, neighbour = drawn("lymphocyte", 1), drawn("neutrophil", 2)
    for seed in SEEDS:
        blast = grown(cell, neighbour, rng=np.random.default_rng(seed), um_per_px=UM_PER_PX)
        assert 1.5 < nucleus(blast).sum() / nucleus(cell).sum() < 3.6
        corner = blast[:20, :20]
        assert (corner == neighbour[:20, :20]).all() or (corner == int(GLASS)).all()


def test_two_halves_are_of_the_two_cells_and_nothing_else():
    first, second = drawn("eosinophil", 3), drawn("monocyte", 4)
    for seed in SEEDS:
        mixed = halves(first, second, rng=np.random.default_rng(seed), um_per_px=UM_PER_PX)
        of_first, of_second = (mixed == first).all(axis=2), (mixed == second).all(axis=2)
        assert (of_first | of_second).mean() > 0.9
        middle = np.s_[66:126, 66:126]
        assert of_first[middle].mean() > 0.2
        assert of_second[middle].mean() > 0.2


def test_a_smudge_is_chromatin_of_another_shape_without_a_cell_around_it():
    cell, glass = drawn("lymphocyte", 5), np.full((192, 192, 3), int(GLASS), np.uint8)
    shapes = []
    for seed in SEEDS:
        smudge = smeared(cell, glass, rng=np.random.default_rng(seed), um_per_px=UM_PER_PX)
        stained = optical_density(smudge).max(axis=2) > 0.1
        assert stained[66:126, 66:126].mean() > 0.2
        assert not stained[:10].any()
        shapes.append(stained)
    agreement = [(a & b).sum() / (a | b).sum() for a, b in itertools.pairwise(shapes)]
    assert max(agreement) < 0.95


def test_an_empty_patch_can_be_smeared():
    glass = np.full((192, 192, 3), int(GLASS), np.uint8)
    assert smeared(glass, glass, rng=np.random.default_rng(1), um_per_px=UM_PER_PX).shape == glass.shape


def test_cells_of_one_class_are_never_joined_to_a_cell_of_that_class():
    cell, other = drawn("neutrophil", 6), drawn("neutrophil", 7)
    for seed in SEEDS:
        found = outsider(cell, other, small=False, strange=False, rng=np.random.default_rng(seed), um_per_px=UM_PER_PX)
        assert (found[80:112, 80:112] != cell[80:112, 80:112]).any()
        assert (found[80:112, 80:112] != other[80:112, 80:112]).any()
