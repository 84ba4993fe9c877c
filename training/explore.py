"""A set of images at a glance: counts, sizes, colour, focus, samples, copies - as PNG files and one HTML page."""

import html
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from classifier.inference.types import Rgb

from .atomic import whole_folder, write_text
from .evaluation.figures import PALETTE, new_figure, readable, save
from .evaluation.grids import draw_grid
from .grouping.image_check import read_image
from .manifest import SPLITS, Manifest, ManifestRow
from .progress import progress

PAGE = "index.html"
_TILE, _PER_CLASS, _MOST_COPIES = 128, 8, 6
_INK = "#1F2933"
_CHANNELS = ("red", "green", "blue")


@dataclass(frozen=True)
class _Measured:
    """What one image gave: histogram of each channel (3, 32), focus, and a small copy."""

    histogram: NDArray[np.float64]
    focus: float
    small: Rgb


def explore(manifest: Manifest, out: Path | str, *, sample: int = 400) -> Path:
    """Write the page and its plots into the folder `out` in one step; gives the page.

    Counts and sizes cover every image; colour and focus are measured on up to `sample` images a class, evenly spread.
    """
    chosen = _spread(manifest.rows, sample)
    cv2.setNumThreads(1)
    with ThreadPoolExecutor(2) as pool:
        measured = list(
            progress(
                pool.map(lambda row: _measure(manifest.root / row.path), chosen), label="measuring", total=len(chosen)
            )
        )
    groups = defaultdict(list)
    for row in manifest.rows:
        groups[row.group].append(row)
    several = sorted((rows for rows in groups.values() if len(rows) > 1), key=lambda rows: (-len(rows), rows[0].group))
    with whole_folder(out, replace=True) as folder:
        _draw_classes(manifest, folder / "classes.png")
        _draw_sizes(manifest, folder / "sizes.png")
        _draw_colours(chosen, measured, folder / "colours.png")
        _draw_focus(chosen, measured, folder / "focus.png")
        _draw_samples(chosen, measured, folder / "samples.png")
        _draw_copies(manifest, several, folder / "copies.png")
        write_text(folder / PAGE, _page(manifest, several))
    return Path(out) / PAGE


def _spread(rows: Sequence[ManifestRow], most: int) -> list[ManifestRow]:
    by_label: dict[str, list[ManifestRow]] = defaultdict(list)
    for row in rows:
        by_label[row.label].append(row)
    chosen = []
    for label in sorted(by_label):
        members = by_label[label]
        numbers = np.unique(np.linspace(0, len(members) - 1, min(most, len(members))).astype(int))
        chosen += [members[number] for number in numbers]
    return chosen


def _measure(path: Path) -> _Measured:
    rgb = read_image(path)
    histogram = np.stack([np.histogram(rgb[..., c], bins=32, range=(0, 256))[0] for c in range(3)])
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    shrink = _TILE / max(rgb.shape[:2])
    size = (max(1, round(rgb.shape[1] * shrink)), max(1, round(rgb.shape[0] * shrink)))
    return _Measured(
        histogram=histogram / rgb[..., 0].size,
        # Variance of the Laplacian (Pech-Pacheco et al. 2000): low when nothing is sharp.
        focus=float(cv2.Laplacian(grey, cv2.CV_64F).var()),
        small=cv2.resize(rgb, size, interpolation=cv2.INTER_AREA),
    )


def _draw_classes(manifest: Manifest, path: Path) -> None:
    counts = Counter((row.split, row.label) for row in manifest.rows)
    figure, (axis,) = new_figure(7.2, 1.4 + 0.38 * len(manifest.labels))
    left = np.zeros(len(manifest.labels))
    names = [readable(label) for label in manifest.labels]
    for split, colour in zip(SPLITS, PALETTE, strict=False):
        values = np.array([counts[split, label] for label in manifest.labels])
        axis.barh(names, values, left=left, color=colour, label=split, height=0.7)
        left += values
    for place, total in enumerate(left):
        axis.text(total, place, f" {int(total):,}", va="center", fontsize=8, color=_INK)
    axis.set_title("Images by class and split", loc="left", fontsize=10)
    axis.legend(frameon=False, fontsize=8, ncols=3, loc="lower right", bbox_to_anchor=(1, 1))
    axis.invert_yaxis()
    save(figure, path)


def _draw_sizes(manifest: Manifest, path: Path) -> None:
    figure, (axis,) = new_figure(5.6, 4.2)
    for number, source in enumerate(sorted({row.source for row in manifest.rows})):
        sizes = Counter((row.width, row.height) for row in manifest.rows if row.source == source)
        across, up, often = zip(*((w, h, n) for (w, h), n in sizes.items()), strict=True)
        area = 12 + 160 * np.sqrt(np.array(often) / max(often))
        axis.scatter(across, up, s=area, color=PALETTE[number % len(PALETTE)], alpha=0.6, label=source, linewidths=0)
    axis.set(xlabel="width, px", ylabel="height, px")
    axis.margins(0.15)
    axis.set_title("Sizes (area of a dot: how many)", loc="left", fontsize=10)
    axis.legend(frameon=False, fontsize=8)
    save(figure, path)


def _draw_colours(chosen: Sequence[ManifestRow], measured: Sequence[_Measured], path: Path) -> None:
    sources = sorted({row.source for row in chosen})
    figure, axes = new_figure(4.2 * len(sources), 3.2, columns=len(sources))
    middles = np.arange(32) * 8 + 4
    for axis, source in zip(axes, sources, strict=True):
        mean = np.mean([m.histogram for row, m in zip(chosen, measured, strict=True) if row.source == source], axis=0)
        for channel, colour in enumerate(("#C0392B", "#1E8449", "#1F618D")):
            axis.plot(middles, mean[channel], color=colour, linewidth=1.3, label=_CHANNELS[channel])
        axis.set(xlabel="value", xlim=(0, 255), ylim=(0, None))
        axis.set_title(f"Colour, {source}", loc="left", fontsize=10)
    axes[0].legend(frameon=False, fontsize=8)
    save(figure, path)


def _draw_focus(chosen: Sequence[ManifestRow], measured: Sequence[_Measured], path: Path) -> None:
    figure, (axis,) = new_figure(5.6, 3.6)
    values = np.log10(np.maximum([m.focus for m in measured], 1e-3))
    edges = np.linspace(values.min() - 0.05, values.max() + 0.05, 40)
    for number, source in enumerate(sorted({row.source for row in chosen})):
        mine = [v for v, row in zip(values, chosen, strict=True) if row.source == source]
        axis.hist(
            mine,
            bins=edges.tolist(),
            histtype="step",
            linewidth=1.4,
            color=PALETTE[number % len(PALETTE)],
            label=source,
        )
    axis.set(xlabel="log10 of the variance of the Laplacian", ylabel="images")
    axis.set_title("Focus (left: nothing sharp)", loc="left", fontsize=10)
    axis.legend(frameon=False, fontsize=8)
    save(figure, path)


def _draw_samples(chosen: Sequence[ManifestRow], measured: Sequence[_Measured], path: Path) -> None:
    tiles, captions = [], []
    for label in sorted({row.label for row in chosen}):
        members = [number for number, row in enumerate(chosen) if row.label == label]
        for number in np.linspace(0, len(members) - 1, _PER_CLASS).astype(int):
            tiles.append(measured[members[number]].small)
            captions.append([(readable(label), _INK)])
    draw_grid(tiles, captions, path, title="Samples of every class")


def _draw_copies(manifest: Manifest, several: Sequence[Sequence[ManifestRow]], path: Path) -> None:
    """The largest groups, and among equals those that hold different classes, a row each."""
    tiles: list[Rgb] = []
    captions = []
    shown = sorted(several, key=lambda rows: (len({row.label for row in rows}) == 1, -len(rows), rows[0].group))
    for rows in shown[:_MOST_COPIES]:
        for number in range(_PER_CLASS):
            if number < len(rows):
                tiles.append(_measure(manifest.root / rows[number].path).small)
                captions.append([(readable(rows[number].label), _INK), (Path(rows[number].path).name[:20], _INK)])
            else:
                tiles.append(np.full((_TILE, _TILE, 3), 255, np.uint8))
                captions.append([("", _INK)])
    draw_grid(
        tiles, captions, path, title=f"Groups of copies: {len(several)} with more than one image", columns=_PER_CLASS
    )


def _page(manifest: Manifest, several: Sequence[Sequence[ManifestRow]]) -> str:
    total, groups = len(manifest.rows), len({row.group for row in manifest.rows})
    head = ["class", *SPLITS, "all"]
    body = []
    counts = manifest.counts()
    for label in manifest.labels:
        numbers = [counts[split].get(label, 0) for split in SPLITS]
        body.append([readable(label), *numbers, sum(numbers)])
    cells = "\n".join(
        "<tr>"
        + "".join(f"<td>{html.escape(f'{value:,}' if isinstance(value, int) else str(value))}</td>" for value in line)
        + "</tr>"
        for line in body
    )
    plots = "\n".join(
        f'<figure><img src="{name}.png" alt="{text}"><figcaption>{text}</figcaption></figure>'
        for name, text in (
            ("classes", "Images by class and split"),
            ("sizes", "Width and height of the images"),
            ("colours", "Mean colour histogram of each source"),
            ("focus", "Focus of the images"),
            ("samples", "Samples of every class"),
            ("copies", "Groups of copies and near-duplicates"),
        )
    )
    mixed = sum(len({row.label for row in rows}) > 1 for rows in several)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>The images</title><style>
body {{ font: 15px/1.5 system-ui, sans-serif; color: {_INK}; max-width: 72rem; margin: 2rem auto; padding: 0 1rem }}
table {{ border-collapse: collapse }} td, th {{ padding: .2rem .9rem .2rem 0; text-align: right }}
td:first-child, th:first-child {{ text-align: left }} th {{ border-bottom: 1px solid #b5bcc4 }}
figure {{ margin: 2rem 0 }} img {{ max-width: 100% }} figcaption {{ color: #52606d }}
</style></head><body>
<h1>The images</h1>
<p>{total:,} images of {groups:,} originals. {len(several):,} originals have more than one image; {mixed:,} of those
groups hold images of different classes.</p>
<table><thead><tr>{"".join(f"<th>{name}</th>" for name in head)}</tr></thead><tbody>
{cells}
</tbody></table>
{plots}
</body></html>
"""
