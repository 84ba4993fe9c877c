"""Grids of images with a line of text under each."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from classifier.inference.types import Rgb
from training.atomic import whole_file

from .figures import readable
from .predictions import Predictions

TILE, LINE, GAP, COLUMNS = 128, 14, 8, 8
_WRONG, _RIGHT, _INK = "#B03A00", "#1F2933", "#1F2933"


def draw_grid(
    images: Sequence[Rgb],
    captions: Sequence[Sequence[tuple[str, str]]],
    path: Path | str,
    *,
    title: str,
    columns: int = COLUMNS,
) -> None:
    """Write a PNG of images in rows; a caption is a list of (line, colour). No images: the title alone."""
    lines = max((len(caption) for caption in captions), default=0)
    cell = TILE + lines * LINE + GAP
    rows = -(-len(images) // columns)
    sheet = Image.new("RGB", (columns * (TILE + GAP) + GAP, 30 + rows * cell + GAP), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=11)
    draw.text((GAP, 8), title, fill=_INK, font=ImageFont.load_default(size=13))
    for index, (image, caption) in enumerate(zip(images, captions, strict=True)):
        x, y = GAP + (index % columns) * (TILE + GAP), 30 + (index // columns) * cell
        tile = Image.fromarray(image)
        tile.thumbnail((TILE, TILE))
        sheet.paste(tile, (x, y))
        for number, (text, colour) in enumerate(caption):
            draw.text((x, y + TILE + number * LINE), text, fill=colour, font=font)
    with whole_file(path) as draft:
        sheet.save(draft, format="PNG")


def draw_mistakes(found: Predictions, images: Rgb, path: Path | str, *, most: int = 48) -> int:
    """The wrong predictions with the highest scores, worst first; gives how many wrong ones there are.

    `images` (N, S, S, 3) uint8 in the order of the predictions.
    """
    wrong = np.flatnonzero(~found.right)
    worst = wrong[np.argsort(-found.scores[wrong], kind="stable")][:most]
    draw_grid(
        [images[i] for i in worst],
        [_caption(found, int(i)) for i in worst],
        path,
        title=f"Most confident mistakes: {len(worst)} of {len(wrong)} wrong among {len(found.truth):,}",
    )
    return len(wrong)


def draw_examples(found: Predictions, images: Rgb, path: Path | str, *, per_class: int = 4) -> None:
    """Predictions beside images, the same number of each true class, spread evenly over the set."""
    chosen: list[int] = []
    for index in range(len(found.labels)):
        members = np.flatnonzero(found.truth == index)
        if len(members):
            chosen += np.unique(members[np.linspace(0, len(members) - 1, per_class).astype(int)]).tolist()
    draw_grid(
        [images[i] for i in chosen],
        [_caption(found, i) for i in chosen],
        path,
        title="Predictions beside images",
    )


def _caption(found: Predictions, index: int) -> list[tuple[str, str]]:
    guess, truth = found.labels[found.predicted[index]], found.labels[found.truth[index]]
    colour = _RIGHT if guess == truth else _WRONG
    stands = "" if found.identified[index] else " ?"
    return [
        (f"{readable(guess)[:16]} {found.scores[index]:.2f}{stands}", colour),
        (f"true: {readable(truth)}"[:22], _INK),
    ]
