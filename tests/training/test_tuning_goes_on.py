import json

import pytest

from tests.training.conftest import KERAS
from training.errors import BadData

pytestmark = KERAS


def test_a_study_goes_on_where_it_ended(crops, quick_options, tmp_path):
    import optuna

    from training.tune import STUDY, tune

    tune(crops, quick_options, out=tmp_path, trials=1, epochs=1)
    storage = f"sqlite:///{tmp_path / STUDY}"
    # A run that a kill cut off is on the books as running.
    optuna.load_study(study_name="tune", storage=storage).ask()
    best = tune(crops, quick_options, out=tmp_path, trials=2, epochs=1)
    states = [trial.state.name for trial in optuna.load_study(study_name="tune", storage=storage).trials]
    assert states.count("COMPLETE") == 2
    assert states.count("FAIL") == 1
    options = json.loads(best.read_text())
    assert options["labels"] == list(quick_options.labels)
    assert 0 <= options["dropout"] <= 0.5


def test_a_search_for_nothing_is_refused(crops, quick_options, tmp_path):
    from training.tune import tune

    with pytest.raises(BadData, match="at least one run"):
        tune(crops, quick_options, out=tmp_path, trials=0, epochs=1)
