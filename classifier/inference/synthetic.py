"""Synthetic smear fields with known ground truth, for the demo and for tests. Pure numpy and scipy.

A field is built as light through a slide: every cell adds optical density, and the camera sees
``background * exp(-density)``. Same seed, same image.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from scipy.ndimage import gaussian_filter

from classifier.inference.errors import BadInput
from classifier.inference.labels import canonical_label
from classifier.inference.synthetic_cells import CELLS, Density, Patch, Stain, Triple, draw_cell, draw_red_cell
from classifier.inference.types import Box, Rgb

RED_CELL_RADIUS_UM = 3.75
_GRID_UM = 8.6
_SHADES = len(fields(Stain)) - 1

STAINS: dict[str, Stain] = {
    "wright_giemsa": Stain(
        background=(253, 232, 208),
        haemoglobin=(0.15, 0.24, 0.19),
        chromatin=(1.25, 2.05, 0.52),
        blue=(0.50, 0.42, 0.12),
        pink=(0.12, 0.26, 0.10),
        eosin=(0.20, 0.72, 0.62),
        azure=(0.55, 1.15, 0.40),
        violet=(1.20, 1.85, 0.62),
    ),
    "giemsa": Stain(
        background=(206, 209, 204),
        haemoglobin=(0.16, 0.33, 0.26),
        chromatin=(0.62, 0.98, 0.08),
        blue=(0.24, 0.20, 0.02),
        pink=(0.06, 0.13, 0.03),
        eosin=(0.10, 0.55, 0.42),
        azure=(0.30, 0.62, 0.12),
        violet=(0.70, 1.00, 0.15),
    ),
    "may_grunwald_giemsa": Stain(
        background=(236, 228, 238),
        haemoglobin=(0.09, 0.30, 0.24),
        chromatin=(1.05, 1.75, 0.35),
        blue=(0.46, 0.32, 0.05),
        pink=(0.10, 0.28, 0.12),
        eosin=(0.10, 0.80, 0.75),
        azure=(0.45, 1.05, 0.28),
        violet=(1.10, 1.60, 0.40),
    ),
    "leishman": Stain(
        background=(240, 240, 236),
        haemoglobin=(0.10, 0.22, 0.22),
        chromatin=(0.90, 1.45, 0.30),
        blue=(0.40, 0.30, 0.06),
        pink=(0.08, 0.20, 0.08),
        eosin=(0.14, 0.70, 0.62),
        azure=(0.42, 0.90, 0.28),
        violet=(0.95, 1.35, 0.35),
    ),
    # Red cells as bluish as some cameras see them: they absorb red as much as green, and little blue.
    "giemsa_wright_bluish": Stain(
        background=(250, 251, 253),
        haemoglobin=(0.30, 0.31, 0.14),
        chromatin=(0.60, 1.10, 0.22),
        blue=(0.26, 0.26, 0.06),
        pink=(0.07, 0.16, 0.05),
        eosin=(0.06, 0.50, 0.34),
        azure=(0.28, 0.66, 0.16),
        violet=(0.62, 1.10, 0.22),
    ),
}
STAINS["wright"] = STAINS["leishman"]


@dataclass(frozen=True, slots=True)
class TrueCell:
    """A drawn cell: its box in px (cut at the image's edge) and its class."""

    box: Box
    label: str


@dataclass(frozen=True, slots=True)
class _Placed:
    label: str
    x: float
    y: float
    radius: float


def draw_field(
    *,
    seed: int,
    width: int = 640,
    height: int = 480,
    cells: Sequence[str] | Mapping[str, int] = (),
    um_per_px: float = 0.1,
    stain: str = "wright_giemsa",
    blur: float = 0.12,
    with_platelets: bool = True,
    crowding: float = 0.75,
) -> tuple[Rgb, list[TrueCell]]:
    """One microscope field and the truth about it: ((H, W, 3) uint8 RGB, every white cell, erythroblast and platelet).

    `cells` is a list of classes or counts by class; `um_per_px` the scale; `blur` the focus error as a standard deviation
    in um (0.12 is sharp, 0.5 soft, 1 and more out of focus); `crowding` the share of places a red cell takes, 0..1.
    `with_platelets` strews about one platelet per ten red cells. Raises BadInput for an unknown class or stain, or when
    the cells asked for do not fit.
    """
    rng = np.random.default_rng(seed)
    look = _varied(_stain(stain), rng)
    wanted = [canonical_label(name) for name in _flatten(cells)]
    room = (width * um_per_px, height * um_per_px)
    placed = _place_cells(rng, wanted, room)
    reds = _place_red_cells(rng, placed, room, crowding)
    if with_platelets:
        placed += _strew_platelets(rng, placed, room, count=round(len(reds) * 0.1))

    density: Density = np.zeros((height, width, 3), np.float32)
    for red in reds:
        _lay(density, draw_red_cell(rng, look, red.radius, um_per_px), red, um_per_px)
    truth = []
    for cell in placed:
        patch = draw_cell(cell.label, rng, look, cell.radius, um_per_px)
        box = _lay(density, patch, cell, um_per_px)
        if box is not None:
            truth.append(TrueCell(box, cell.label))
    return _expose(rng, density, look, blur / um_per_px), truth


def draw_cell_image(
    label: str,
    seed: int,
    size: int = 360,
    *,
    um_per_px: float = 0.1,
    stain: str = "wright_giemsa",
    blur: float = 0.12,
) -> Rgb:
    """A square image (size, size, 3) uint8 RGB with one cell of class `label` in its middle and red cells around."""
    rng = np.random.default_rng(seed)
    look = _varied(_stain(stain), rng)
    name = canonical_label(label)
    middle = size * um_per_px / 2
    cell = _Placed(name, middle, middle, float(rng.uniform(*CELLS[name][1:])))
    density: Density = np.zeros((size, size, 3), np.float32)
    for red in _place_red_cells(rng, [cell], (2 * middle, 2 * middle), 0.6):
        _lay(density, draw_red_cell(rng, look, red.radius, um_per_px), red, um_per_px)
    _lay(density, draw_cell(name, rng, look, cell.radius, um_per_px), cell, um_per_px)
    return _expose(rng, density, look, blur / um_per_px)


def _flatten(cells: Sequence[str] | Mapping[str, int]) -> list[str]:
    if isinstance(cells, Mapping):
        return [label for label, count in cells.items() for _ in range(count)]
    return list(cells)


def _stain(name: str) -> Stain:
    if name not in STAINS:
        message = f"There is no synthetic stain called “{name}”. The stains are {', '.join(STAINS)}."
        raise BadInput(message)
    return STAINS[name]


def _varied(stain: Stain, rng: np.random.Generator) -> Stain:
    """The stain as one slide on one day shows it: every strength and the lamp a little different."""
    lamp = rng.normal(1, 0.012, 3) * rng.normal(1, 0.015)
    strengths = np.exp(rng.normal(0, 0.10, _SHADES)) * np.exp(rng.normal(0, 0.06))
    names = [field.name for field in fields(Stain)][1:]

    def scaled(triple: Triple, factors: np.ndarray) -> Triple:
        red, green, blue = (np.array(triple) * factors).tolist()
        return red, green, blue

    background = tuple(min(255.0, level) for level in scaled(stain.background, lamp))
    shades = {name: scaled(getattr(stain, name), np.full(3, s)) for name, s in zip(names, strengths, strict=True)}
    return Stain(background=(background[0], background[1], background[2]), **shades)


def _place_cells(rng: np.random.Generator, labels: list[str], room: tuple[float, float]) -> list[_Placed]:
    placed: list[_Placed] = []
    for label in labels:
        radius = float(rng.uniform(*CELLS[label][1:]))
        margin = radius * 1.1
        if min(room) <= 2 * margin:
            message = f"A field of {room[0]:.0f} x {room[1]:.0f} um has no room for a {label}."
            raise BadInput(message)
        for _ in range(400):
            x, y = rng.uniform(margin, room[0] - margin), rng.uniform(margin, room[1] - margin)
            if all(np.hypot(x - o.x, y - o.y) > (radius + o.radius) * 1.15 for o in placed):
                placed.append(_Placed(label, float(x), float(y), radius))
                break
        else:
            message = f"{len(labels)} cells do not fit into a field of {room[0]:.0f} x {room[1]:.0f} um."
            raise BadInput(message)
    return placed


def _place_red_cells(
    rng: np.random.Generator, avoid: list[_Placed], room: tuple[float, float], crowding: float
) -> list[_Placed]:
    """Red cells on a shaken hexagonal grid, so that many touch and some overlap, pushed aside by white cells."""
    reds = []
    for row in range(-1, int(room[1] / (_GRID_UM * 0.87)) + 2):
        for column in range(-1, int(room[0] / _GRID_UM) + 2):
            if rng.random() > crowding:
                continue
            x = (column + 0.5 * (row % 2)) * _GRID_UM + rng.normal(0, 1.3)
            y = row * _GRID_UM * 0.87 + rng.normal(0, 1.3)
            radius = float(rng.normal(RED_CELL_RADIUS_UM, 0.2))
            if all(np.hypot(x - o.x, y - o.y) > o.radius + 0.92 * radius for o in avoid):
                reds.append(_Placed("", float(x), float(y), radius))
    return reds


def _strew_platelets(
    rng: np.random.Generator, avoid: list[_Placed], room: tuple[float, float], count: int
) -> list[_Placed]:
    extra: list[_Placed] = []
    for _ in range(count):
        x, y = rng.uniform(2, max(2.1, room[0] - 2)), rng.uniform(2, max(2.1, room[1] - 2))
        radius = float(rng.uniform(*CELLS["platelet"][1:]))
        if all(np.hypot(x - o.x, y - o.y) > o.radius + radius + 1.0 for o in [*avoid, *extra]):
            extra.append(_Placed("platelet", float(x), float(y), radius))
    return extra


def _lay(density: Density, patch: Patch, where: _Placed, um_per_px: float) -> Box | None:
    """Lay a patch into the field, cut at the edges; the box of what it covers, None when nothing of it is inside."""
    height, width = density.shape[:2]
    half = patch.cover.shape[0] // 2
    left, top = round(where.x / um_per_px) - half, round(where.y / um_per_px) - half
    rows = slice(max(0, -top), max(0, min(patch.cover.shape[0], height - top)))
    columns = slice(max(0, -left), max(0, min(patch.cover.shape[1], width - left)))
    cover, added = patch.cover[rows, columns], patch.density[rows, columns]
    if not cover.size:
        return None
    target = density[top + rows.start : top + rows.stop, left + columns.start : left + columns.stop]
    target *= (1 - cover)[..., None]
    target += added
    ys, xs = np.nonzero(cover > 0.5)
    if not len(ys):
        return None
    x, y = left + columns.start + int(xs.min()), top + rows.start + int(ys.min())
    return Box(x, y, int(np.ptp(xs)) + 1, int(np.ptp(ys)) + 1)


def _expose(rng: np.random.Generator, density: Density, look: Stain, blur_px: float) -> Rgb:
    """The camera: background light, focus, slightly uneven lamp, sensor noise."""
    height, width = density.shape[:2]
    light = np.exp(-density)
    if blur_px > 0.2:
        light = gaussian_filter(light, (blur_px, blur_px, 0))
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    lamp = 1 - 0.025 * (down**2 + across**2) + 0.012 * (down * rng.normal() + across * rng.normal())
    image = light * lamp[..., None].astype(np.float32) * np.array(look.background, np.float32)
    image += rng.standard_normal((height, width, 3), np.float32) * 1.6
    result: Rgb = image.round().clip(0, 255).astype(np.uint8)
    return result
