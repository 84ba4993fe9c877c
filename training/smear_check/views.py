"""What cameras and people make of a picture before it arrives: light, stain, focus, magnification, the eyepiece's ring, screens.

Smears are varied as widely as smears are seen, so that the check holds back no camera it was not fitted to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from classifier.inference.colour import background_colour
from training.stains import measure_palette, random_palette, restaining

if TYPE_CHECKING:
    from classifier.inference.types import Floats, Rgb


def vary_smear(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """A smear as another stain, lamp, camera, focus and magnification might show it; still a smear to anybody."""
    picture = _magnify(rgb, rng)
    if rng.random() < 0.6:
        picture = _restain(picture, rng)
    picture = _wrongly_exposed(picture, rng) if rng.random() < 0.15 else _light(picture, rng)
    if rng.random() < 0.4:
        picture = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.4, 3.0)))
    if rng.random() < 0.4:
        picture = (picture + rng.normal(0, rng.uniform(1, 7), picture.shape)).clip(0, 255).astype(np.uint8)
    if rng.random() < 0.15:
        picture = _through_eyepiece(picture, rng)
    elif rng.random() < 0.15:
        picture = _turned_with_fill(picture, rng)
    return compressed(picture, int(rng.integers(45, 97)))


def vary_other(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """A part of any other picture, some of them in the colours of a smear, some of them on a screen that a phone took."""
    picture = rgb
    if rng.random() < 0.7:
        share = rng.uniform(0.25, 0.95)
        tall, wide = (max(32, int(side * share)) for side in picture.shape[:2])
        top, left = (
            int(rng.integers(0, max(1, side - part + 1)))
            for side, part in zip(picture.shape[:2], (tall, wide), strict=True)
        )
        picture = picture[top : top + tall, left : left + wide]
    if rng.random() < 0.3:
        picture = _light(picture, rng)
    if rng.random() < 0.15:
        picture = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.5, 3)))
    if rng.random() < 0.12:
        picture = _tinted(picture, rng)
    if rng.random() < 0.12:
        picture = photographed_screen(picture, rng)
    if rng.random() < 0.05:
        picture = _through_eyepiece(picture, rng)
    return compressed(np.ascontiguousarray(picture), int(rng.integers(45, 97)))


def enlarged(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """A small part of a section of tissue, so large that its nuclei are as those of a smear are."""
    tall, wide = (max(48, int(side * rng.uniform(0.15, 0.5))) for side in rgb.shape[:2])
    top, left = (
        int(rng.integers(0, max(1, side - part))) for side, part in zip(rgb.shape[:2], (tall, wide), strict=True)
    )
    part = np.ascontiguousarray(rgb[top : top + tall, left : left + wide])
    longest = float(rng.choice([360, 480, 640, 800]))
    scale = longest / max(part.shape[:2])
    picture = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    if rng.random() < 0.5:
        picture = _restain(picture, rng)
    if rng.random() < 0.5:
        picture = _light(picture, rng)
    if rng.random() < 0.5:
        picture = (picture + rng.normal(0, rng.uniform(1, 6), picture.shape)).clip(0, 255).astype(np.uint8)
    return compressed(np.ascontiguousarray(picture), int(rng.integers(60, 97)))


def photographed_screen(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """A screen as a phone takes it: aslant, its pixels in stripes against the sensor's, brighter in a place."""
    size = (960, max(96, 960 * rgb.shape[0] // rgb.shape[1]))
    big = cv2.resize(rgb, size, interpolation=cv2.INTER_LINEAR).astype(np.float32)
    height, width = big.shape[:2]
    stripe = np.ones((height, width, 3), np.float32)
    for channel in range(3):
        stripe[:, channel::3, channel] = rng.uniform(1.15, 1.5)
    stripe[:: int(rng.integers(3, 5))] *= rng.uniform(0.7, 0.95)
    lit = big * stripe
    slant = rng.uniform(-0.06, 0.06, (4, 2)) * (width, height)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, (corners + slant).astype(np.float32))
    seen = cv2.warpPerspective(lit, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=(18, 18, 20))
    shrink = rng.uniform(0.62, 0.9)
    seen = cv2.resize(seen, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_LINEAR)
    down, across = np.mgrid[0 : seen.shape[0], 0 : seen.shape[1]]
    far = np.hypot(across - rng.uniform(0, seen.shape[1]), down - rng.uniform(0, seen.shape[0])) / max(seen.shape[:2])
    seen = seen * (1.1 - 0.5 * far[..., None]) + rng.normal(0, 3, seen.shape)
    return np.asarray(seen.clip(0, 255), np.uint8)


def compressed(rgb: Rgb, quality: int) -> Rgb:
    """The picture as a JPEG of this quality shows it."""
    _, file = cv2.imencode(".jpg", np.ascontiguousarray(rgb[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(file, cv2.IMREAD_COLOR), np.uint8)[..., ::-1]


def _magnify(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """A part of the field, or a wider one put together of mirrored copies, at any size of file."""
    picture = rgb
    if rng.random() < 0.4:
        share = rng.uniform(0.45, 1)
        tall, wide = (int(side * share) for side in rgb.shape[:2])
        top, left = (
            int(rng.integers(0, side - part + 1)) for side, part in zip(rgb.shape[:2], (tall, wide), strict=True)
        )
        picture = rgb[top : top + tall, left : left + wide]
    elif rng.random() < 0.45:
        for _ in range(int(rng.integers(1, 3))):
            picture = np.concatenate([picture, picture[:, ::-1]], axis=1)
            picture = np.concatenate([picture, picture[::-1]], axis=0)
            if max(picture.shape) > 1500:
                break
    for turns in range(int(rng.integers(4))):
        picture = np.rot90(picture) if turns % 2 else picture[:, ::-1]
    longest = rng.choice([320, 480, 640, 800, 1100])
    scale = longest / max(picture.shape[:2])
    size = max(32, round(picture.shape[1] * scale)), max(32, round(picture.shape[0] * scale))
    return cv2.resize(
        np.ascontiguousarray(picture), size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    )


def _restain(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """Another stain, or more or less of this one, in optical density against the field's own glass."""
    glass = background_colour(rgb)
    density = -np.log((rgb.astype(np.float32) + 1) / (glass + 1))
    own = measure_palette((np.exp(-density) * 240).clip(0, 255).astype(np.uint8)[None])
    if own is not None and rng.random() < 0.6:
        density = density @ restaining(own, random_palette(rng))
    density = density * np.float32(rng.uniform(0.4, 1.6))
    return _seen(density, glass)


def _light(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """Lamp, white balance, gamma, saturation; a lamp that falls off to the edge."""
    picture: Floats = rgb.astype(np.float32)
    picture *= rng.uniform(0.45, 1.25) * rng.uniform(0.85, 1.15, 3).astype(np.float32)
    if rng.random() < 0.3:
        grey = picture.mean(axis=2, keepdims=True)
        picture = grey + (picture - grey) * np.float32(rng.uniform(0.5, 1.5))
    picture = np.asarray(255 * (picture.clip(0, 255) / 255) ** rng.uniform(0.7, 1.4), np.float32)
    if rng.random() < 0.3:
        height, width = rgb.shape[:2]
        down, across = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
        far = np.hypot(across - rng.uniform(-0.5, 0.5), down - rng.uniform(-0.5, 0.5))
        picture *= (1 - rng.uniform(0.05, 0.35) * far**2)[..., None].clip(0.2, 1)
    return np.asarray(picture.clip(0, 255), np.uint8)


def _wrongly_exposed(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """Burnt out or so dark that hardly anything is seen: to be retaken, and a smear."""
    by = rng.uniform(1.25, 1.9) if rng.random() < 0.6 else rng.uniform(0.15, 0.45)
    return np.asarray((rgb * np.float32(by)).clip(0, 255), np.uint8)


def _through_eyepiece(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """The round field that a phone takes through an eyepiece, black around."""
    height, width = rgb.shape[:2]
    mask = np.zeros((height, width), np.float32)
    radius = int(min(height, width) * rng.uniform(0.45, 0.6))
    cv2.circle(mask, (width // 2, height // 2), radius, 1.0, -1)
    mask = cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(1, 8)))[..., None]
    return np.asarray(rgb * mask + rng.uniform(0, 12) * (1 - mask), np.uint8)


def _turned_with_fill(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """Turned by any angle, black where nothing was: how public sets of cells are made larger."""
    height, width = rgb.shape[:2]
    matrix = cv2.getRotationMatrix2D(
        (width / 2, height / 2), float(rng.uniform(-40, 40)), float(rng.uniform(0.85, 1.1))
    )
    return np.asarray(cv2.warpAffine(rgb, matrix, (width, height)), np.uint8)


def _tinted(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """Its greys as the depth of a stain of smears: another thing in the colours of one."""
    depth = 1 - cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    palette = random_palette(rng)
    stain = palette.chromatin if rng.random() < 0.5 else palette.haemoglobin
    density = depth[..., None] * stain.astype(np.float32) * np.float32(rng.uniform(0.6, 1.6))
    return _seen(density, np.array([236, 232, 234], np.float32))


def _seen(density: Floats, glass: Floats) -> Rgb:
    return np.asarray((np.exp(-density) * (glass + 1) - 1).clip(0, 255), np.uint8)
