"""`crops`: cut the labelled cell out of every image of a manifest, as the service would."""

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from classifier.inference.crops import CropSpec
from training.atomic import require_space
from training.crop_set import PATCH, build_crops
from training.crop_views import note_spec
from training.datasets.bccd import ORIGINALS
from training.errors import BadData
from training.manifest import read_manifest
from training.progress import say

HELP = "cut one crop a labelled cell at the common scale"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("manifest", type=Path, help="manifest.csv or its folder")
    parser.add_argument("--root", type=Path, help="folder the manifest's paths start from, when the images moved")
    parser.add_argument("--out", required=True, type=Path, help="folder for the crop set")
    parser.add_argument("--size", type=int, default=128, help="side of the network's view, px (default %(default)s)")
    parser.add_argument("--um-per-px", type=float, default=0.17, help="scale of the view (default %(default)s)")
    parser.add_argument("--no-white-balance", action="store_true", help="keep the colours as photographed")
    parser.add_argument(
        "--largest",
        action="append",
        default=[],
        metavar="SOURCE",
        help="source whose labelled cell is the largest nucleus and not the central one (whole fields); may be repeated",
    )
    parser.add_argument(
        "--scale",
        action="append",
        default=[],
        metavar="SOURCE=UM_PER_PX",
        help="scale of a source's images, um/px (default: measured on red cells, else on white cells); may be repeated",
    )
    parser.add_argument("--workers", type=int, default=2, help="processes that cut (default %(default)s)")


def run(arguments: argparse.Namespace) -> None:
    """Check the files, cut, and say where the crops are."""
    scales = read_scales(arguments.scale)
    manifest = read_manifest(arguments.manifest, root=arguments.root)
    each = 3 * (PATCH.size_px**2 + arguments.size**2)
    require_space(arguments.out, each * len(manifest.rows))
    manifest.verify()
    # Fields of BCCD hold the labelled cell anywhere; single-cell images hold it in the middle.
    fields = {row.source for row in manifest.rows if f"/{ORIGINALS}/" in f"/{row.path}"} | set(arguments.largest)
    spec = CropSpec(arguments.size, arguments.um_per_px, white_balance=not arguments.no_white_balance)
    out = build_crops(
        manifest.absolute(),
        out=arguments.out,
        spec=spec,
        pick=dict.fromkeys(fields, "largest"),
        scales=scales,
        workers=arguments.workers,
    )
    note_spec(out, spec)
    free = shutil.disk_usage(out).free // 2**20
    say(f"{len(manifest.rows)} crops written to {out}; {free} MiB left on that disk.")


def read_scales(texts: Sequence[str]) -> dict[str, float]:
    """Scales by source from texts such as "pbc=0.104". Raises BadData for another text or no positive number."""
    scales = {}
    for text in texts:
        source, _, number = text.rpartition("=")
        try:
            scale = float(number)
        except ValueError:
            scale = -1.0
        if not source or not (np.isfinite(scale) and scale > 0):
            raise BadData(f"“{text}” is no scale of a source: write SOURCE=0.1, in micrometres per pixel.")
        scales[source] = scale
    return scales
