import csv

import numpy as np
import pytest

from tests.training.conftest import KERAS
from training.errors import BadData

pytestmark = KERAS


class Killed(Exception):
    """Stands for SIGKILL: nothing after it runs, and nothing is tidied up."""


def kill_at(monkeypatch, epoch, batch):
    from training.sampling import Batches

    whole = Batches.__getitem__

    def broken(self, number):
        if (self.epoch, number) == (epoch, batch):
            raise Killed
        return whole(self, number)

    monkeypatch.setattr(Batches, "__getitem__", broken)


def weights_of(run, options):
    from training.backbones import build_model, load_weights

    model = build_model(options.backbone, classes=len(options.labels), size_px=options.size_px)
    load_weights(model, run / "best.weights.h5")
    return model.get_weights()


def log_of(run):
    with (run / "log.csv").open() as stream:
        return [(row["epoch"], float(row["loss"]), float(row["val_loss"])) for row in csv.DictReader(stream)]


@pytest.mark.parametrize("batch", [0, 5])
def test_a_run_cut_off_and_begun_again_ends_as_if_nothing_had_happened(
    crops, quick_options, trained_run, tmp_path, monkeypatch, batch
):
    from training.fit import fit

    with monkeypatch.context() as patch:
        kill_at(patch, 2, batch)
        with pytest.raises(Exception, match=r"Killed|"):
            fit(crops, quick_options, out=tmp_path / "run")
    assert len(log_of(tmp_path / "run")) == 2
    fit(crops, quick_options, out=tmp_path / "run")
    for one, other in zip(log_of(trained_run), log_of(tmp_path / "run"), strict=True):
        assert one == pytest.approx(other, rel=2e-2, abs=2e-3) if not isinstance(one[0], str) else one[0] == other[0]
        assert one[1:] == pytest.approx(other[1:], rel=2e-2, abs=2e-3)
    pairs = zip(weights_of(trained_run, quick_options), weights_of(tmp_path / "run", quick_options), strict=True)
    assert all(np.allclose(one, other, atol=5e-3) for one, other in pairs)


def test_a_run_folder_of_other_options_is_not_gone_on_with(crops, quick_options, trained_run):
    import dataclasses

    from training.fit import fit

    with pytest.raises(BadData, match="other options"):
        fit(crops, dataclasses.replace(quick_options, seed=99), out=trained_run)


def test_a_finished_run_is_left_as_it_is(crops, quick_options, trained_run):
    from training.fit import fit

    before = (trained_run / "best.weights.h5").read_bytes()
    fit(crops, quick_options, out=trained_run)
    assert (trained_run / "best.weights.h5").read_bytes() == before
