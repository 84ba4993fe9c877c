"""Augmentation shows cells as other stains and cameras would, and changes nothing but that."""

import numpy as np
import pytest

from classifier.inference.colour import chromatin, chromatin_level, optical_density
from classifier.inference.crops import GLASS, balance
from classifier.inference.synthetic import draw_cell_image
from training.augment import Strength, augmented_view, plain_view
from training.stains import Palette, colour_of, density_of, measure_palette, random_palette, restaining

LILAC = Palette(chromatin=np.array([0.42, 0.85, 0.20]), haemoglobin=np.array([0.24, 0.27, 0.14]))
WARM = Palette(chromatin=np.array([0.40, 0.70, -0.05]), haemoglobin=np.array([0.10, 0.24, 0.18]))
STILL = Strength().scaled(0.0)
VIEW = {"size": 96, "zoom_out": 1.0, "um_per_px": 0.2}


def drawn(seed, *, stain="giemsa", label="lymphocyte"):
    """A white-balanced cell of 192 px at 0.2 um/px."""
    return balance(draw_cell_image(label, seed, 192, um_per_px=0.2, stain=stain))


def test_a_view_survives_the_way_through_optical_density():
    patch = drawn(1)
    assert np.abs(colour_of(density_of(patch)) - patch).max() < 1e-2


def test_the_typical_colours_of_one_camera_become_those_of_the_other():
    matrix = restaining(LILAC, WARM)
    assert LILAC.chromatin @ matrix == pytest.approx(WARM.chromatin, abs=1e-5)
    assert LILAC.haemoglobin @ matrix == pytest.approx(WARM.haemoglobin, abs=1e-5)


def test_glass_stays_glass_and_the_same_palette_changes_nothing():
    matrix = restaining(LILAC, WARM)
    assert np.zeros(3) @ matrix == pytest.approx(np.zeros(3))
    assert restaining(LILAC, LILAC) == pytest.approx(np.eye(3), abs=1e-5)


def test_a_pale_stain_is_not_blown_up_beyond_what_its_noise_allows():
    pale = Palette(LILAC.chromatin * 0.1, LILAC.haemoglobin * 0.1)
    grown = pale.chromatin @ restaining(pale, LILAC, most=1.8)
    assert np.linalg.norm(grown) == pytest.approx(1.8 * np.linalg.norm(pale.chromatin), rel=1e-5)


def test_palettes_of_two_drawn_stains_are_told_apart():
    first, second = (
        measure_palette(np.stack([drawn(seed, stain=stain) for seed in range(6)])) for stain in ("giemsa", "leishman")
    )
    assert first is not None
    assert second is not None
    assert np.linalg.norm(second.chromatin) > 1.2 * np.linalg.norm(first.chromatin)
    for palette in (first, second):
        # Chromatin takes green most of all, haemoglobin takes blue as well.
        assert palette.chromatin.argmax() == 1
        blue = [stain[2] / stain[1] for stain in (palette.chromatin, palette.haemoglobin)]
        assert blue[0] < blue[1]


def test_empty_glass_has_no_palette():
    assert measure_palette(np.full((2, 64, 64, 3), int(GLASS), np.uint8)) is None


def test_every_random_palette_can_be_gone_to():
    rng = np.random.default_rng(1)
    for palette in (random_palette(rng) for _ in range(500)):
        assert palette.chromatin.argmax() == 1
        assert (palette.basis()[:2, :2] > 0).all()
        assert np.abs(restaining(LILAC, palette)).max() < 5


def test_the_same_generator_state_gives_the_same_view():
    patch, neighbour = drawn(1), drawn(2)
    first, second, other = (
        augmented_view(
            patch, rng=np.random.default_rng(seed), strength=Strength(), palette=WARM, neighbour=neighbour, **VIEW
        )
        for seed in (3, 3, 4)
    )
    assert (first == second).all()
    assert (first != other).any()


def test_without_variation_a_view_is_the_cell_as_it_is():
    patch = drawn(1)
    still = {"rotation": 0.0, "flip": 0.0}
    strength = Strength(**{**STILL.__dict__, **still})
    seen = augmented_view(patch, rng=np.random.default_rng(1), strength=strength, palette=WARM, **VIEW)
    plain = plain_view(patch, size=96, zoom_out=1.0)
    assert np.abs(seen.astype(int) - plain).mean() < 1.5


@pytest.mark.parametrize("neighbour", [None, drawn(2)], ids=["glass", "another cell's"])
def test_exchanged_surroundings_leave_the_cell_alone(neighbour):
    patch = drawn(1)
    still = {"rotation": 0.0, "flip": 0.0, "surroundings_chance": 1.0}
    strength = Strength(**{**STILL.__dict__, **still})
    plain = plain_view(patch, size=96, zoom_out=1.0).astype(int)
    across = np.abs(np.arange(96) - 47.5) * VIEW["um_per_px"]
    from_middle = np.hypot(across[:, None], across[None, :])
    corners = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        seen = augmented_view(patch, rng=rng, strength=strength, neighbour=neighbour, **VIEW).astype(int)
        assert np.abs(seen - plain)[from_middle < 7].mean() < 1.5
        corners.append(np.abs(seen - plain)[from_middle > 12].mean())
    assert min(corners) > 3


def nucleus_of(rgb):
    strength = chromatin(optical_density(rgb))
    return strength > chromatin_level(strength)


def test_a_restained_cell_keeps_its_nucleus_in_place():
    patch = drawn(1)
    own = measure_palette(patch[None])
    restained = np.clip(colour_of(density_of(patch) @ restaining(own, LILAC)), 0, 255).astype(np.uint8)
    before, after = nucleus_of(patch), nucleus_of(restained)
    assert np.abs(restained.astype(int) - patch).mean() > 2
    assert (before & after).sum() / (before | after).sum() > 0.85
