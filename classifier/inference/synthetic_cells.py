"""How one synthetic blood cell absorbs light. Everything is in um, so any scale gives the same cell.

Figures of size and look follow the usual haematology atlases: neutrophil 12-14 um with 3-5 lobes, eosinophil with two
lobes and orange granules, basophil hidden under dark granules, lymphocyte a round nucleus in a thin blue rim, monocyte
the largest with a folded nucleus in grey-blue, immature granulocyte a large round nucleus with azurophil granules,
erythroblast a small dense nucleus in greyish pink, platelet 2-4 um and purple.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter

Plane = npt.NDArray[np.float32]
Density = npt.NDArray[np.float32]
Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Stain:
    """A camera's empty background (RGB 0-255) and how each substance absorbs (optical density in R, G, B)."""

    background: Triple
    haemoglobin: Triple
    chromatin: Triple
    blue: Triple
    pink: Triple
    eosin: Triple
    azure: Triple
    violet: Triple


@dataclass(frozen=True, slots=True)
class Patch:
    """A drawn cell: optical density (h, w, 3) float32 and how much it covers what lies under it, (h, w) 0..1."""

    density: Density
    cover: Plane


class Brush:
    """A square of (x, y) in um around the cell's centre, and the strokes cells are made of."""

    def __init__(self, rng: np.random.Generator, stain: Stain, reach: float, um_per_px: float) -> None:
        """A square reaching `reach` um from the centre, sampled every `um_per_px`."""
        self.rng, self.stain, self.um_per_px = rng, stain, um_per_px
        half = int(np.ceil(reach / um_per_px)) + 1
        axis = (np.arange(-half, half + 1) * um_per_px).astype(np.float32)
        self.x, self.y = np.meshgrid(axis, axis)
        self.density: Density = np.zeros((*self.x.shape, 3), np.float32)
        self.cover: Plane = np.zeros_like(self.x)

    def disc(self, cx: float, cy: float, radius: float, *, wobble: float = 0.04, stretch: float = 1.0) -> Plane:
        """Distance in um to the edge of a slightly irregular disc, negative inside."""
        turn = self.rng.uniform(0, np.pi)
        dx, dy = self.x - cx, self.y - cy
        across = (dx * np.cos(turn) + dy * np.sin(turn)) / stretch
        down = (dy * np.cos(turn) - dx * np.sin(turn)) * stretch
        angle = np.arctan2(down, across)
        edge = np.full_like(angle, radius)
        for wave in (2, 3, 5):
            edge += radius * self.rng.normal(0, wobble / wave) * np.cos(wave * angle + self.rng.uniform(0, 6.3))
        return np.asarray(np.hypot(across, down) - edge, np.float32)

    def thread(self, start: tuple[float, float], end: tuple[float, float], radius: float) -> Plane:
        """Distance in um to a rounded line from `start` to `end`."""
        along = np.array(end) - np.array(start)
        length = float(along @ along) or 1.0
        place = ((self.x - start[0]) * along[0] + (self.y - start[1]) * along[1]) / length
        place = place.clip(0, 1)
        return np.asarray(
            np.hypot(self.x - start[0] - place * along[0], self.y - start[1] - place * along[1]) - radius, np.float32
        )

    def inside(self, distance: Plane, edge: float = 0.3) -> Plane:
        """Coverage 0..1 of a distance field, soft over `edge` um."""
        soft = max(edge, self.um_per_px)
        return np.asarray((0.5 - distance / soft).clip(0, 1), np.float32)

    def grain(self, size: float) -> Plane:
        """Smooth noise with features of about `size` um, mean 0, standard deviation 1."""
        noise = gaussian_filter(self.rng.standard_normal(self.x.shape, np.float32), max(0.6, size / self.um_per_px / 2))
        return np.asarray((noise - noise.mean()) / max(float(noise.std()), 1e-6), np.float32)

    def granules(self, where: Plane, per_um2: float, radius: float) -> Plane:
        """Round granules of `radius` um scattered over `where`, strength 0..1."""
        seeds = self.rng.random(self.x.shape) < per_um2 * self.um_per_px**2
        sigma = max(0.5, radius / self.um_per_px / 1.6)
        spots = gaussian_filter(seeds.astype(np.float32), sigma) * (2 * np.pi * sigma**2)
        return np.asarray((spots * 1.4).clip(0, 1) * where, np.float32)

    def body(self, mask: Plane, colour: Triple, strength: float, texture: float = 0.1) -> None:
        """Lay cytoplasm: covers what is under it."""
        amount = mask * strength * (1 + texture * self.grain(0.7)).clip(0.3, 2)
        self.density += amount[..., None] * np.array(colour, np.float32)
        np.maximum(self.cover, mask, out=self.cover)

    def add(self, amount: Plane, colour: Triple) -> None:
        """Add a substance where `amount` says."""
        self.density += amount[..., None] * np.array(colour, np.float32)

    def nucleus(self, mask: Plane, *, strength: float = 1.0, coarse: float = 0.18, size: float = 0.8) -> None:
        """Lay chromatin: replaces the cytoplasm under it, clumped in features of `size` um."""
        amount = mask * strength * (1 + coarse * self.grain(size) + 0.06 * self.grain(0.3)).clip(0.45, 1.5)
        self.density *= (1 - mask)[..., None]
        self.add(amount, self.stain.chromatin)
        np.maximum(self.cover, mask, out=self.cover)

    def done(self) -> Patch:
        """What was drawn."""
        return Patch(np.maximum(self.density, 0.0), self.cover)


def _union(parts: list[Plane], softness: float = 0.35) -> Plane:
    """Distance to the union of shapes, with rounded joints."""
    stacked = np.stack(parts)
    nearest = stacked.min(axis=0)
    return np.asarray(nearest - softness * np.log(np.exp(-(stacked - nearest) / softness).sum(axis=0)), np.float32)


def _lobes(brush: Brush, count: int, ring: float, radius: float, thread: float) -> Plane:
    """Lobes along an open arc, joined by threads."""
    start, sweep = brush.rng.uniform(0, 2 * np.pi), brush.rng.uniform(4.6, 5.6) * (count - 1) / max(count, 3)
    angles = start + np.linspace(0, sweep, count) + brush.rng.normal(0, 0.1, count)
    rings = ring * brush.rng.uniform(0.8, 1.1, count)
    places = [(float(r * np.cos(a)), float(r * np.sin(a))) for r, a in zip(rings, angles, strict=True)]
    parts = [
        brush.disc(x, y, radius * brush.rng.uniform(0.85, 1.15), wobble=0.12, stretch=brush.rng.uniform(1.0, 1.25))
        for x, y in places
    ]
    parts += [brush.thread(a, b, thread) for a, b in pairwise(places)]
    return _union(parts, 0.25)


def _neutrophil(brush: Brush, radius: float) -> None:
    body = brush.inside(brush.disc(0, 0, radius, wobble=0.05))
    brush.body(body, brush.stain.pink, 0.9)
    brush.add(brush.granules(body, 5.0, 0.16) * 0.25, brush.stain.azure)
    if brush.rng.random() < 0.2:  # a band form: one curved sausage
        shape = _lobes(brush, 4, 0.5 * radius, 0.25 * radius, 0.25 * radius)
    else:
        shape = _lobes(brush, int(brush.rng.integers(3, 6)), 0.52 * radius, 0.25 * radius, 0.07 * radius)
    brush.nucleus(brush.inside(shape, 0.35))


def _eosinophil(brush: Brush, radius: float) -> None:
    body = brush.inside(brush.disc(0, 0, radius, wobble=0.05))
    brush.body(body, brush.stain.eosin, 0.35)
    brush.add(brush.granules(body, 1.7, 0.36) * 0.75, brush.stain.eosin)
    brush.nucleus(brush.inside(_lobes(brush, 2, 0.44 * radius, 0.36 * radius, 0.12 * radius), 0.35))


def _basophil(brush: Brush, radius: float) -> None:
    body = brush.inside(brush.disc(0, 0, radius, wobble=0.07))
    brush.body(body, brush.stain.violet, 0.22)
    nucleus = brush.inside(_lobes(brush, 3, 0.3 * radius, 0.4 * radius, 0.3 * radius), 1.0)
    brush.nucleus(nucleus, strength=0.72, coarse=0.1, size=1.2)
    brush.add(brush.granules(body, 0.75, 0.48) * 0.8, brush.stain.violet)


def _lymphocyte(brush: Brush, radius: float) -> None:
    body = brush.inside(brush.disc(0, 0, radius, wobble=0.05))
    brush.body(body, brush.stain.blue, 1.0)
    lean, turn = 0.08 * radius, brush.rng.uniform(0, 6.3)
    place = (float(lean * np.cos(turn)), float(lean * np.sin(turn)))
    nucleus = brush.disc(*place, radius * brush.rng.uniform(0.80, 0.88), wobble=0.04)
    brush.nucleus(brush.inside(nucleus, 0.35), strength=1.0, coarse=0.12, size=1.4)


def _monocyte(brush: Brush, radius: float) -> None:
    body = brush.inside(brush.disc(0, 0, radius, wobble=0.14))
    brush.body(body, brush.stain.blue, 0.62, texture=0.16)
    brush.add(body * 0.35, brush.stain.pink)
    bubbles = brush.granules(body, 0.05, 0.55)
    brush.density *= (1 - 0.7 * bubbles)[..., None]
    turn = brush.rng.uniform(0, 6.3)
    across, down = radius * float(np.cos(turn)), radius * float(np.sin(turn))
    shape = brush.disc(-0.08 * across, -0.08 * down, 0.66 * radius, wobble=0.08, stretch=1.08)
    notch = brush.disc(0.72 * across, 0.72 * down, 0.42 * radius, wobble=0.1)
    brush.nucleus(brush.inside(np.maximum(shape, -notch), 0.4), strength=0.78, coarse=0.26, size=0.9)


def _immature_granulocyte(brush: Brush, radius: float) -> None:
    body = brush.inside(brush.disc(0, 0, radius, wobble=0.05))
    brush.body(body, brush.stain.blue, 0.4)
    brush.add(body * 0.7, brush.stain.pink)
    turn = brush.rng.uniform(0, 6.3)
    place = (float(0.22 * radius * np.cos(turn)), float(0.22 * radius * np.sin(turn)))
    nucleus = brush.disc(
        *place, radius * brush.rng.uniform(0.62, 0.7), wobble=0.06, stretch=brush.rng.uniform(1.0, 1.15)
    )
    brush.nucleus(brush.inside(nucleus, 0.4), strength=0.8, coarse=0.14, size=0.7)
    brush.add(brush.granules(body, 1.6, 0.26) * 0.75, brush.stain.azure)


def _erythroblast(brush: Brush, radius: float) -> None:
    body = brush.inside(brush.disc(0, 0, radius, wobble=0.06))
    brush.body(body, brush.stain.haemoglobin, 1.5)
    brush.add(body * 0.5, brush.stain.blue)
    turn = brush.rng.uniform(0, 6.3)
    place = (float(0.12 * radius * np.cos(turn)), float(0.12 * radius * np.sin(turn)))
    nucleus = brush.disc(*place, radius * brush.rng.uniform(0.58, 0.66), wobble=0.03)
    brush.nucleus(brush.inside(nucleus, 0.3), strength=1.12, coarse=0.16, size=1.1)


def _platelet(brush: Brush, radius: float) -> None:
    body = brush.inside(brush.disc(0, 0, radius, wobble=0.2, stretch=brush.rng.uniform(1, 1.2)), 0.4)
    brush.body(body, brush.stain.blue, 0.55)
    core = brush.inside(brush.disc(0, 0, radius * 0.8, wobble=0.2), 0.8)
    brush.add(core * 0.35 + brush.granules(core, 3.5, 0.22) * 0.55, brush.stain.azure)


_Draw = Callable[[Brush, float], None]
# Label -> (how it is drawn, smallest and largest radius in um).
CELLS: dict[str, tuple[_Draw, float, float]] = {
    "neutrophil": (_neutrophil, 5.8, 6.8),
    "eosinophil": (_eosinophil, 6.0, 7.2),
    "basophil": (_basophil, 5.6, 6.8),
    "lymphocyte": (_lymphocyte, 4.0, 5.2),
    "monocyte": (_monocyte, 7.2, 8.6),
    "immature_granulocyte": (_immature_granulocyte, 7.0, 8.6),
    "erythroblast": (_erythroblast, 4.2, 5.2),
    "platelet": (_platelet, 1.1, 1.9),
}


def draw_cell(label: str, rng: np.random.Generator, stain: Stain, radius: float, um_per_px: float) -> Patch:
    """One cell of class `label` and of `radius` um, centred in its patch."""
    brush = Brush(rng, stain, radius * 1.35, um_per_px)
    CELLS[label][0](brush, radius)
    return brush.done()


def draw_red_cell(rng: np.random.Generator, stain: Stain, radius: float, um_per_px: float) -> Patch:
    """One red cell: a disc thinner in the middle, thickest at two thirds of its radius. It covers nothing."""
    brush = Brush(rng, stain, radius * 1.3, um_per_px)
    distance = brush.disc(0, 0, radius, wobble=0.07, stretch=float(rng.uniform(1.0, 1.1)))
    depth = 1 + distance / radius  # 0 in the centre, 1 at the edge
    pallor = rng.uniform(0.35, 0.85) * np.exp(-((depth.clip(0) / rng.uniform(0.38, 0.5)) ** 4))
    rim = 1 + 0.25 * np.exp(-(((depth - 0.93) / 0.07) ** 2))
    amount = brush.inside(distance, 0.35) * (1 - pallor) * rim * rng.uniform(0.85, 1.2)
    brush.add(np.asarray(amount, np.float32), stain.haemoglobin)
    return brush.done()
