"""Drawn smears as uploads, and bundles that may be promoted."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import numpy as np
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from classifier.inference.bundle import HEAD_FILE, SEPARATE_HEAD, ModelBundle, seal
from classifier.inference.head import Head
from classifier.inference.synthetic import draw_field
from tests.factories.bundle import tiny_bundle

EVALUATION = {"synthetic": {"accuracy": 0.9, "n": 100, "ece": 0.02}}


def drawn_field(seed=1, *, cells=None, size=(480, 360), blur=0.12, platelets=True, crowding=0.75) -> SimpleUploadedFile:
    """A PNG of a synthetic field, as a camera would send it."""
    width, height = size
    rgb, _ = draw_field(
        seed=seed,
        width=width,
        height=height,
        cells={"neutrophil": 2, "lymphocyte": 1} if cells is None else cells,
        um_per_px=0.1,
        blur=blur,
        with_platelets=platelets,
        crowding=crowding,
    )
    picture = io.BytesIO()
    Image.fromarray(rgb).save(picture, "PNG", compress_level=1)
    return SimpleUploadedFile(f"field-{seed}.png", picture.getvalue(), content_type="image/png")


def evaluated_bundle(path: Path, *, version: str = "1.0.0") -> Path:
    """A tiny bundle whose card has figures, so that it may come into use."""
    return tiny_bundle(path, version=version, card={"metrics": EVALUATION})


def variant_bundle(path: Path, parent: Path, *, microscope: object = None, says: str, number: int = 1) -> Path:
    """A variant of an evaluated bundle: the same network, and a head of its own that calls every cell `says`."""
    theirs = ModelBundle.load(parent)
    shutil.copytree(parent, path)
    head = Head.load(theirs)
    bias = np.where(np.array(theirs.labels) == says, 50, 0).astype(np.float32)
    Head(np.zeros_like(head.kernel), bias).save(path / HEAD_FILE)
    seal(
        path,
        theirs.card
        | {
            "version": f"{theirs.version}+site.{number}",
            "parent": theirs.card_sha256,
            "head": SEPARATE_HEAD,
            "adapted": {"name": "A microscope", "microscope": str(microscope) if microscope else None},
        },
    )
    return path
