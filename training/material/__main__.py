"""Choose and write the teaching material that ships: `python -m training.material MANIFEST --raabin DIR`.

MANIFEST is what `python -m training prepare` made for the shipped model (docs/training.md); it says which pictures are in the
training part, and only those are taken. WITHOUT names originals that somebody did not want, one a line.
"""

import argparse
from pathlib import Path

import cv2

from training.manifest import read_manifest
from training.progress import say

from .cells import choose_cells
from .fields import choose_bccd_fields, choose_fields_without_class
from .writing import write_material


def main() -> None:
    """Choose, write, say how much it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("manifest", type=Path, help="manifest.csv or its folder")
    parser.add_argument("--root", type=Path, help="folder the manifest's paths start from, when the images moved")
    parser.add_argument("--raabin", type=Path, required=True, help="folder of fields boxed without class")
    parser.add_argument("--without", type=Path, default=Path(__file__).with_name("unwanted.txt"))
    parser.add_argument("--out", type=Path, default=Path("material"))
    options = parser.parse_args()
    cv2.setNumThreads(1)
    manifest = read_manifest(options.manifest, root=options.root)
    without = options.without.read_text(encoding="utf-8").split()
    cells = choose_cells(manifest, source="pbc", without=without)
    fields = choose_bccd_fields(manifest, source="bccd", without=without)
    fields += choose_fields_without_class(options.raabin, source="raabin", without=without)
    write_material(cells, fields, manifest, out=options.out)
    size = sum(path.stat().st_size for path in options.out.rglob("*.webp"))
    say(f"{len(cells)} cells and {len(fields)} fields, {size / 2**20:.2f} MiB.")


if __name__ == "__main__":
    main()
