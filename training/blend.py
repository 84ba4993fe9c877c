"""A trained network mixed with the one it started from, weight by weight.

What lies between the two is often better than either on cameras that neither has seen, and at home: Wortsman et al.
2022, "Robust fine-tuning of zero-shot models". It costs no pass over an image more.
"""

import shutil
from pathlib import Path

from training.atomic import write_json
from training.errors import BadData
from training.export.trained import LOG, OPTIONS, WEIGHTS, open_trained


def blend(run: Path, parent: Path, *, share: float, out: Path) -> Path:
    """Write a run folder `out` whose weights are `share` of the `.keras` file `parent` and the rest those of `run`.

    Statistics of normalisations are mixed alike. Raises BadData for a share outside 0 to 1 or an `out` that exists, and
    BadWeights naming the file when the two are not of one architecture.
    """
    if not 0 < share < 1:
        raise BadData(f"A share lies between 0 and 1, not at {share}.")
    if out.exists():
        raise BadData(f"{out} exists. Name another folder.")
    trained = open_trained(run)
    from training import backbones

    options = trained.options
    before = backbones.build_model(
        options["backbone"],
        classes=len(trained.labels),
        size_px=trained.size_px,
        weights=str(parent),
        normalisation=options.get("normalisation", "batch"),
        dropout=options.get("dropout", 0.0),
    )
    trained.model.set_weights(
        [
            share * old + (1 - share) * new
            for old, new in zip(before.get_weights(), trained.model.get_weights(), strict=True)
        ]
    )
    out.mkdir(parents=True)
    trained.model.save_weights(out / WEIGHTS)
    if (run / LOG).is_file():
        shutil.copyfile(run / LOG, out / LOG)
    write_json(out / OPTIONS, {**options, "blended": {"with": parent.parent.name, "share": share}})
    return out / WEIGHTS
