"""Pictures drawn here that are no smears: shapes, circles that imitate cells, noise, gradients, plain colours, text, windows.

Same generator, same picture. The two that say `with a smear in it` show one on a page of a program: still no field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from classifier.inference.synthetic import STAINS, draw_field

if TYPE_CHECKING:
    from collections.abc import Callable

    from classifier.inference.types import Rgb

    Colour = tuple[int, int, int]

_SIZES = ((640, 480), (800, 600), (1024, 768), (480, 640), (390, 844), (320, 240), (1280, 720))
_WORDS = (
    "Name",
    "Date",
    "Result",
    "Neutrophil 54 %",
    "Invoice",
    "total",
    "Dear colleague,",
    "the sample was",
    "12:40",
    "A-2026",
)


def rectangles(rng: np.random.Generator) -> Rgb:
    """Rectangles on one colour."""
    picture = _sheet(rng, _colour(rng))
    for _ in range(int(rng.integers(1, 30))):
        _place(
            picture,
            rng,
            lambda at, size, colour: cv2.rectangle(picture, at, (at[0] + size, at[1] + size // 2), colour, -1),
        )
    return picture


def shapes(rng: np.random.Generator) -> Rgb:
    """Lines, triangles and ellipses in any colours, as children and office programs draw them."""
    picture = _sheet(rng, (255, 255, 255) if rng.random() < 0.5 else _colour(rng))
    for _ in range(int(rng.integers(4, 40))):
        kind = rng.integers(3)
        colour, at, size = _colour(rng), _point(rng, picture), int(rng.integers(8, 140))
        if kind == 0:
            cv2.line(picture, at, _point(rng, picture), colour, int(rng.integers(1, 12)))
        elif kind == 1:
            corners = np.array(at) + rng.integers(-size, size, (3, 2))
            cv2.fillPoly(picture, [corners.astype(np.int32)], colour)
        else:
            cv2.ellipse(picture, at, (size, size // 2 + 1), float(rng.uniform(0, 180)), 0, 360, colour, -1, cv2.LINE_AA)
    return picture


def circles_like_cells(rng: np.random.Generator) -> Rgb:
    """Flat pink discs and purple discs in some of them on a pale ground: a cartoon of a smear."""
    picture = _sheet(rng, _near(rng, (238, 232, 234), 16))
    pink, purple = _near(rng, (222, 160, 170), 30), _near(rng, (110, 60, 150), 30)
    radius = int(rng.integers(9, 40))
    for _ in range(int(rng.integers(8, 90))):
        cv2.circle(picture, _point(rng, picture), max(3, int(radius * rng.uniform(0.85, 1.15))), pink, -1, cv2.LINE_AA)
    for _ in range(int(rng.integers(0, 6))):
        at = _point(rng, picture)
        cv2.circle(picture, at, int(radius * 1.7), _near(rng, (196, 180, 220), 20), -1, cv2.LINE_AA)
        cv2.circle(picture, at, int(radius * 1.1), purple, -1, cv2.LINE_AA)
    if rng.random() < 0.3:
        picture = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.5, 2)))
    return picture


def noise(rng: np.random.Generator) -> Rgb:
    """Noise of every pixel, or clouds of it, in colour or grey, around any level."""
    width, height = _SIZES[rng.integers(len(_SIZES))]
    grains = rng.normal(0, 1, (height, width, 1 if rng.random() < 0.4 else 3)).astype(np.float32)
    if rng.random() < 0.6:
        grains = cv2.GaussianBlur(grains, (0, 0), float(rng.uniform(1, 30))).reshape(height, width, -1)
        grains /= grains.std() + 1e-6
    level = np.array(_colour(rng), np.float32)
    return np.clip(level + grains * rng.uniform(4, 70), 0, 255).astype(np.uint8)


def gradient(rng: np.random.Generator) -> Rgb:
    """One colour that runs into another, straight or round."""
    width, height = _SIZES[rng.integers(len(_SIZES))]
    down, across = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    way = (
        np.hypot(across - rng.random(), down - rng.random())
        if rng.random() < 0.4
        else across * np.cos(angle) + down * np.sin(angle)
    )
    way = (way - way.min()) / (np.ptp(way) + 1e-6)
    one, other = (np.array(_colour(rng), np.float32) for _ in range(2))
    return (one + way[..., None] * (other - one)).clip(0, 255).astype(np.uint8)


def text(rng: np.random.Generator) -> Rgb:
    """A page of writing, dark on light or light on dark."""
    paper, ink = ((250, 250, 248), (30, 30, 40)) if rng.random() < 0.8 else ((25, 28, 34), (220, 220, 225))
    picture = _sheet(rng, _near(rng, paper, 5))
    size = float(rng.uniform(0.4, 1.4))
    step = int(34 * size)
    for y in range(step, picture.shape[0] - 4, step):
        line = " ".join(_WORDS[rng.integers(len(_WORDS))] for _ in range(int(rng.integers(2, 12))))
        cv2.putText(picture, line, (12, y), int(rng.integers(0, 5)), size, ink, 1 + int(size > 1), cv2.LINE_AA)
    return picture


def window(rng: np.random.Generator) -> Rgb:
    """A page of a program: a bar, a list, buttons, a curve, some text."""
    return _window(rng, None)


def window_with_a_smear_in_it(rng: np.random.Generator) -> Rgb:
    """A page of a program that shows a smear in a part of it."""
    stain = list(STAINS)[rng.integers(len(STAINS))]
    field = draw_field(
        seed=int(rng.integers(1 << 30)), width=480, height=360, stain=stain, cells=["neutrophil", "lymphocyte"]
    )[0]
    return _window(rng, field)


def _window(rng: np.random.Generator, inside: Rgb | None) -> Rgb:
    ground = (250, 250, 252) if rng.random() < 0.8 else (30, 34, 40)
    picture = _sheet(rng, _near(rng, ground, 5))
    height, width = picture.shape[:2]
    cv2.rectangle(picture, (0, 0), (width, height // 14), _colour(rng), -1)
    ink = (40, 44, 52) if ground[0] > 99 else (225, 228, 232)
    for y in range(height // 14 + 26, height, int(rng.integers(22, 44))):
        words = " ".join(_WORDS[rng.integers(len(_WORDS))] for _ in range(int(rng.integers(1, 6))))
        cv2.putText(
            picture, words, (14, y), cv2.FONT_HERSHEY_SIMPLEX, float(rng.uniform(0.35, 0.6)), ink, 1, cv2.LINE_AA
        )
        if rng.random() < 0.3:
            cv2.line(picture, (0, y + 8), (width, y + 8), _near(rng, (215, 218, 224), 8), 1)
        if rng.random() < 0.2:
            cv2.rectangle(
                picture, (width - 130, y - 14), (width - 20, y + 6), _colour(rng), -1 if rng.random() < 0.5 else 1
            )
    if inside is not None:
        share = rng.uniform(0.35, 0.72)
        wide, tall = int(width * share), int(height * share)
        left, top = int(rng.integers(0, width - wide)), int(rng.integers(height // 14, height - tall))
        picture[top : top + tall, left : left + wide] = cv2.resize(inside, (wide, tall), interpolation=cv2.INTER_AREA)
        for _ in range(int(rng.integers(0, 6))):
            at = (left + int(rng.integers(wide)), top + int(rng.integers(tall)))
            cv2.rectangle(picture, at, (at[0] + 40, at[1] + 40), _colour(rng), 2)
    elif rng.random() < 0.5:
        points = np.stack(
            [np.linspace(width * 0.3, width * 0.95, 30), height * (0.5 + 0.1 * rng.normal(0, 1, 30).cumsum() / 3)],
            axis=1,
        )
        cv2.polylines(
            picture, [points.astype(np.int32)], isClosed=False, color=_colour(rng), thickness=2, lineType=cv2.LINE_AA
        )
    return picture


def plain(rng: np.random.Generator) -> Rgb:
    """One colour, or two halves of it, with the noise of a camera or none."""
    picture = _sheet(rng, _colour(rng)).astype(np.float32)
    if rng.random() < 0.5:
        picture[:, picture.shape[1] // 2 :] = _colour(rng)
    if rng.random() < 0.6:
        picture += rng.normal(0, rng.uniform(0.5, 6), picture.shape)
    return picture.clip(0, 255).astype(np.uint8)


DRAWN: dict[str, Callable[[np.random.Generator], Rgb]] = {
    draw.__name__: draw
    for draw in (
        rectangles,
        shapes,
        circles_like_cells,
        noise,
        gradient,
        text,
        window,
        window_with_a_smear_in_it,
        plain,
    )
}


def _sheet(rng: np.random.Generator, colour: Colour) -> Rgb:
    width, height = _SIZES[rng.integers(len(_SIZES))]
    return np.full((height, width, 3), colour, np.uint8)


def _colour(rng: np.random.Generator) -> Colour:
    red, green, blue = (int(level) for level in rng.integers(0, 256, 3))
    return red, green, blue


def _near(rng: np.random.Generator, colour: Colour, spread: int) -> Colour:
    red, green, blue = (int(np.clip(level + rng.integers(-spread, spread + 1), 0, 255)) for level in colour)
    return red, green, blue


def _point(rng: np.random.Generator, picture: Rgb) -> tuple[int, int]:
    return int(rng.integers(picture.shape[1])), int(rng.integers(picture.shape[0]))


def _place(picture: Rgb, rng: np.random.Generator, draw: Callable[[tuple[int, int], int, Colour], object]) -> None:
    draw(_point(rng, picture), int(rng.integers(8, 220)), _colour(rng))
