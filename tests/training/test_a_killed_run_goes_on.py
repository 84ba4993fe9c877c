import csv

import numpy as np
import pytest

from tests.training.conftest import KERAS
from training.errors import BadData

pytestmark = KERAS


class Killed(BaseException):
    """Stands for SIGKILL: no `except Exception` holds it up, nothing after it runs, and nothing is tidied up."""


def kill_at(monkeypatch, epoch, batch):
    """Let the run die just before a batch is trained on, where nothing between here and there can catch it."""
    from training.fit import _RateByStep

    whole = _RateByStep.on_train_batch_begin

    def killed(self, number, logs=None):
        if (self.run.epoch, number) == (epoch, batch):
            raise Killed
        whole(self, number, logs)

    monkeypatch.setattr(_RateByStep, "on_train_batch_begin", killed)


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
        with pytest.raises(Killed):
            fit(crops, quick_options, out=tmp_path / "run")
    assert len(log_of(tmp_path / "run")) == 2
    trained = []
    fit(crops, quick_options, out=tmp_path / "run", on_epoch=lambda line: trained.append(line["epoch"]))
    assert trained == [2, 3]
    for one, other in zip(log_of(trained_run), log_of(tmp_path / "run"), strict=True):
        assert one[0] == other[0]
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
