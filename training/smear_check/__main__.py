"""Fit the check that a picture is a stained smear: `python -m training.smear_check --data DIR --pictures DIR`.

DATA holds the sets of smears (bccd, raabin, pbc); PICTURES is where packages with pictures of other things lie, or are
downloaded to. Needs apt-get, pip and Chromium; half an hour on one core. `benchmarks/smear_check.py` measures what comes out.
"""

import argparse
from itertools import chain
from pathlib import Path

import cv2
import numpy as np

from classifier.inference.smear_check import WEIGHTS
from training.progress import say
from training.smear_check.fit import choose_limit, fit_trees, left_out_scores, table_of, write_weights
from training.smear_check.packages import fetch
from training.smear_check.pictures import others_to_fit, smears_to_fit


def main() -> None:
    """Fit, choose the limit on what was left out, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    options.pictures.mkdir(parents=True, exist_ok=True)
    fetch(options.pictures)
    table = table_of(chain(smears_to_fit(options.data), others_to_fit(options.pictures)))
    scores = left_out_scores(table)
    limit = choose_limit(table, scores)
    as_they_came = ~table.is_varied
    for title, chosen in (
        ("fields as they came", table.is_smear & as_they_came),
        ("varied fields", table.is_smear & table.is_varied),
        ("other pictures as they came", ~table.is_smear & as_they_came),
        ("varied other pictures", ~table.is_smear & table.is_varied),
    ):
        say(f"{title}: {np.count_nonzero(scores[chosen] < limit)} of {np.count_nonzero(chosen)} under {limit}")
    write_weights(options.out, fit_trees(table), table, limit)


if __name__ == "__main__":
    main()
