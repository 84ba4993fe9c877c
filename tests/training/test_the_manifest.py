import pytest

from tests.training.conftest import silent
from training.manifest import SPLITS
from training.prepare import prepare
from training.split import crossed_by_random_split, split_groups


def test_the_same_images_give_the_same_manifest(drawn_cells, tmp_path):
    for name in ("one", "two"):
        prepare([drawn_cells], tmp_path / name, say=silent)
    assert (tmp_path / "one/manifest.csv").read_bytes() == (tmp_path / "two/manifest.csv").read_bytes()
    assert (tmp_path / "one/manifest.json").read_bytes() == (tmp_path / "two/manifest.json").read_bytes()


def test_every_class_is_split_by_the_ratios(manifest):
    for counts in zip(*(manifest.counts()[split].values() for split in SPLITS), strict=True):
        assert counts == pytest.approx((22.4, 4.8, 4.8), abs=1)


def test_rows_say_all_that_later_steps_need(manifest):
    row = manifest.rows[0]
    assert (row.width, row.height, len(row.sha256), row.path) == (120, 120, 64, "eosinophil/cell000.png")


def test_a_group_is_never_split_whatever_its_size():
    labels = ["a"] * 40 + ["b"] * 40
    groups = [f"a{n // 13}" for n in range(40)] + [f"b{n % 9}" for n in range(40)]
    parts = split_groups(labels, groups, [""] * 80)
    assert all(len({p for p, g in zip(parts, groups, strict=True) if g == group}) == 1 for group in set(groups))


def test_validation_is_cut_from_an_official_training_part():
    groups = [str(n) for n in range(100)]
    official = ["test"] * 20 + ["train"] * 80
    parts = split_groups(["a"] * 100, groups, official, ratios=(0.7, 0.15, 0.15))
    assert parts[:20] == ["test"] * 20
    assert parts[20:].count("validation") == pytest.approx(80 * 0.15 / 0.85, abs=1)


def test_another_seed_deals_other_images_out():
    groups = [str(n) for n in range(50)]
    one, other = (split_groups(["a"] * 50, groups, [""] * 50, seed=seed) for seed in (1, 2))
    assert one != other
    assert sorted(one) == sorted(other)


def test_groups_a_random_split_would_cross_are_counted():
    groups = ["x"] * 30 + ["y"] * 30 + ["alone"]
    assert crossed_by_random_split(["a"] * 61, groups, ratios=(0.7, 0.15, 0.15), seed=1) == (2, 2)
