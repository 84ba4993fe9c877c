"""The analyser of a worker process: holds verified models, loads each once, notices when files change under it."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from django.conf import settings

from classifier.inference.bundle import CARD, KERAS_FILE, ONNX_FILE, ONNX_FLOAT_FILE, ModelBundle
from classifier.inference.crops import crop_cells
from classifier.inference.engines import Engine, load_network, with_head
from classifier.inference.errors import BundleAltered, InferenceError
from classifier.inference.explain import overlay, shifted_centres, stitched_activation
from classifier.inference.head import Head
from classifier.inference.pipeline import Pipeline
from classifier.inference.types import Box, Candidate

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence

    from classifier.inference.types import CellPrediction, ImageAnalysis, Rgb
    from classifier.models import ModelVersion

log = structlog.get_logger(__name__)

#: The network in use, and the one before it for runs that were asked of it.
NETWORKS = 2
#: Variants share their parent's network, so one more is a head and a novelty score: microscopes take turns without loading.
HELD = 64

Fingerprint = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A loaded model, and what its files looked like when they were verified."""

    bundle: ModelBundle
    network: Engine
    pipeline: Pipeline
    fingerprint: Fingerprint


class BundleAnalyser:
    """Analyses images with registered models; safe to share between the threads of a worker.

    ``engine`` is "onnx" or "tensorflow". A model is verified and loaded on first use and again when one of its
    files changed on disk, so that a file altered under a running worker is noticed before the next image.
    """

    def __init__(self, engine: str) -> None:
        self.engine = engine
        self._held: OrderedDict[uuid.UUID, Held] = OrderedDict()
        self._loading = threading.Lock()

    def analyse(
        self,
        version: ModelVersion,
        rgb: Rgb,
        *,
        um_per_px: float | None,
        microscope_um_per_px: float | None = None,
        is_confirmed: bool = False,
    ) -> ImageAnalysis:
        """See `classifier.analyser.Analyser.analyse`."""
        pipeline = self.hold(version).pipeline
        return pipeline.analyse(
            rgb, um_per_px=um_per_px, microscope_um_per_px=microscope_um_per_px, is_confirmed=is_confirmed
        )

    def classify(
        self,
        version: ModelVersion,
        rgb: Rgb,
        *,
        boxes: Sequence[tuple[int, int, int, int]],
        um_per_px: float,
        held_back: bool,
    ) -> list[CellPrediction]:
        """See `classifier.analyser.Analyser.classify`."""
        pipeline = self.hold(version).pipeline
        drawn = [Box(*box) for box in boxes]
        # No mask was detected: the box stands for the cell.
        candidates = [Candidate(box, box.w * box.h, box.centre, "nucleated") for box in drawn]
        crops = pipeline.crop(rgb, [box.centre for box in drawn], um_per_px=um_per_px)
        return pipeline.describe(candidates, pipeline.classify(crops, held_back=held_back))

    def explain(
        self, version: ModelVersion, rgb: Rgb, *, box: tuple[int, int, int, int], um_per_px: float, label: str
    ) -> Rgb:
        """See `classifier.analyser.Analyser.explain`."""
        held = self.hold(version)
        head = Head.load(held.bundle)
        spec, engine, centre = held.pipeline.spec, held.pipeline.engine, Box(*box).centre
        crop = crop_cells(rgb, [centre], um_per_px=um_per_px, spec=spec)
        places = engine.run(crop).feature_map.shape[2]
        around = shifted_centres(centre, places=places, spec=spec, um_per_px=um_per_px)
        moved = crop_cells(rgb, around, um_per_px=um_per_px, spec=spec)
        activation = stitched_activation(engine.run(moved).feature_map, head, held.bundle.labels.index(label))
        return overlay(crop[0], activation)

    def hold(self, version: ModelVersion) -> Held:
        """The loaded model of `version`, loading it when it is not held as it lies on disk.

        Raises BundleMissing, BundleAltered or EngineUnavailable with a sentence naming what is wrong.
        """
        with self._loading:
            held = self._held.get(version.pk)
            if held is not None and held.fingerprint == _fingerprint(held.bundle):
                self._held.move_to_end(version.pk)
                return held
            self._held.pop(version.pk, None)
            held = self._load(version)
            self._held[version.pk] = held
            while len(self._held) > HELD or len({id(each.network) for each in self._held.values()}) > NETWORKS:
                self._held.popitem(last=False)
            return held

    def _load(self, version: ModelVersion) -> Held:
        began = time.perf_counter()
        bundle = load_registered(version)
        fingerprint = _fingerprint(bundle)
        network = self._network_of(bundle) or load_network(bundle, self.engine)
        pipeline = Pipeline(bundle, with_head(network, bundle))
        held = Held(bundle=bundle, network=network, pipeline=pipeline, fingerprint=fingerprint)
        log.info(
            "model_loaded",
            model_version=str(version),
            engine=self.engine,
            seconds=round(time.perf_counter() - began, 3),
        )
        return held

    def _network_of(self, bundle: ModelBundle) -> Engine | None:
        """The network of `bundle` where a held model has the same, by the digests of its files."""
        wanted = _network_files(bundle)
        return next((held.network for held in self._held.values() if _network_files(held.bundle) == wanted), None)


def load_registered(version: ModelVersion) -> ModelBundle:
    """The verified bundle of a registered model, from its own folder or from this host's HEMATOVISION_MODEL_DIR.

    A worker on another host may keep the same model elsewhere; the card's digest says that it is the same.
    Raises BundleMissing or BundleAltered.
    """
    bundle = _load_where_it_lies(version)
    if bundle.card_sha256 != version.card_sha256:
        message = f"The card in {bundle.directory} is not the one {version} was registered with."  # not translated
        raise BundleAltered(message)
    return bundle


def _load_where_it_lies(version: ModelVersion) -> ModelBundle:
    try:
        return ModelBundle.load(version.directory)
    except InferenceError:
        local = Path(settings.HEMATOVISION_MODEL_DIR)
        if local == Path(version.directory) or not local.is_dir():
            raise
        try:
            elsewhere = ModelBundle.load(local)
        except InferenceError as error:
            log.warning("model_directory_unusable", directory=str(local), problem=error.sentence)
        else:
            if elsewhere.card_sha256 == version.card_sha256:
                return elsewhere
        raise


def _network_files(bundle: ModelBundle) -> list[str | None]:
    """SHA-256 of each file a network may be in."""
    return [bundle.card["files"].get(name) for name in (ONNX_FILE, ONNX_FLOAT_FILE, KERAS_FILE)]


def _fingerprint(bundle: ModelBundle) -> Fingerprint:
    """Name, size and time of change of the card and every file it names; a file that is gone counts as empty."""
    found = []
    for name in (CARD, *sorted(bundle.card["files"])):
        try:
            stat = (bundle.directory / name).stat()
        except FileNotFoundError:
            found.append((name, 0, 0))
        else:
            found.append((name, stat.st_size, stat.st_mtime_ns))
    return tuple(found)
