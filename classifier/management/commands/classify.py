"""Classify image files from the command line, without a database."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from classifier.image_files import SUFFIXES, find_images, load_image
from classifier.inference.engines import available_threads
from classifier.inference.errors import BadInput, InferenceError
from classifier.inference.pipeline import Found, Pipeline, open_pipeline
from classifier.inference.types import ImageAnalysis, Rgb
from classifier.overlay import save_overlay
from hematovision.csv_export import csv_lines

_STDOUT = Path("-")
# Images loaded ahead of the network; bounds the memory a folder of large scans takes.
_AHEAD = 8


class Command(BaseCommand):
    """`manage.py classify PATH... [--json [FILE] | --csv [FILE]] [--overlay DIR]`."""

    help = "Detect and classify the cells of image files or folders. Uses no database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Paths, where results go, and how to run."""
        parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="image files or folders of them")
        output = parser.add_mutually_exclusive_group()
        for name, what in (("--json", "JSON"), ("--csv", "CSV, a line per cell")):
            output.add_argument(
                name,
                nargs="?",
                type=Path,
                const=_STDOUT,
                metavar="FILE",
                help=f"write {what}, to FILE or to the screen",
            )
        parser.add_argument("--overlay", type=Path, metavar="DIR", help="write images with boxes and a legend here")
        parser.add_argument("--um-per-px", type=float, help="scale of the images (default: measured)")
        parser.add_argument("--model", type=Path, metavar="DIR", help="model folder (default: the installed model)")
        parser.add_argument("--engine", choices=("onnx", "tensorflow"), default=settings.HEMATOVISION_ENGINE)
        parser.add_argument("--threads", type=int, help="threads of the engine (default: all cores)")

    def handle(self, *_: Any, **options: Any) -> None:
        """Classify every image; one that cannot be opened is named and the exit code is 1."""
        paths, target = _untangle(options)
        try:
            images = find_images(paths)
            pipeline = open_pipeline(
                options["model"] or settings.HEMATOVISION_MODEL_DIR, options["engine"], threads=options["threads"]
            )
            overlay: Path | None = options["overlay"]
            if overlay:
                overlay.mkdir(parents=True, exist_ok=True)
            entries, problems = self._classify(pipeline, images, options["um_per_px"], overlay)
        except InferenceError as error:
            raise CommandError(error.sentence) from error
        except OSError as error:
            raise CommandError(f"{error.filename or 'A file'} cannot be written: {error.strerror}") from error
        if options["json"]:
            self._deliver(target, _as_json(pipeline, entries, problems))
        elif options["csv"]:
            self._deliver(target, _as_csv(pipeline, entries))
        else:
            self.stdout.write(_as_table(entries))
        for sentence in problems.values():
            self.stderr.write(self.style.ERROR(sentence))
        if problems:
            raise CommandError(f"{len(problems)} of {len(images)} images could not be opened.")

    def _classify(
        self, pipeline: Pipeline, images: list[Path], um_per_px: float | None, overlay: Path | None
    ) -> tuple[list[tuple[Path, ImageAnalysis]], dict[Path, str]]:
        entries: list[tuple[Path, ImageAnalysis]] = []
        problems: dict[Path, str] = {}
        names = _overlay_names(images)

        def look(path: Path) -> tuple[Path, Rgb | None, Found | None, Rgb | None, str]:
            try:
                rgb = load_image(path)
            except BadInput as error:
                return path, None, None, None, error.sentence
            return path, rgb, *pipeline.look(rgb, um_per_px=um_per_px), ""

        bar = tqdm(total=len(images), desc="Classifying", unit="image", file=sys.stderr, disable=None)
        with bar, ThreadPoolExecutor(available_threads()) as pool:
            waiting = iter(images)
            while chunk := list(islice(waiting, _AHEAD)):
                for path, rgb, found, crops, sentence in pool.map(look, chunk):
                    if rgb is None or found is None or crops is None:
                        problems[path] = sentence
                    else:
                        result = pipeline.answer(found, crops)
                        entries.append((path, result))
                        if overlay:
                            save_overlay(rgb, result, overlay / names[path], title=path.name)
                    bar.update()
        return entries, problems

    def _deliver(self, target: Path, text: str) -> None:
        if target == _STDOUT:
            self.stdout.write(text, ending="")
            return
        draft = target.with_name(f".{target.name}.part")
        try:
            draft.write_text(text, encoding="utf-8")
            draft.replace(target)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise CommandError(f"{target} cannot be written: {error.strerror}") from error
        self.stderr.write(f"Wrote {target}")


def _untangle(options: dict[str, Any]) -> tuple[list[Path], Path]:
    """Paths, and where the results go. `--json picture.jpg` means the image, never a file to write over it."""
    paths = list(options["paths"])
    target: Path = options["json"] or options["csv"] or _STDOUT
    if target != _STDOUT and (target.is_dir() or target.suffix.lower() in SUFFIXES):
        paths, target = [target, *paths], _STDOUT
    if not paths:
        raise CommandError("Name at least one image file or folder.")
    return paths, target


def _overlay_names(images: list[Path]) -> dict[Path, str]:
    """A file name for every image's overlay; equal names from different folders get a number."""
    names: dict[Path, str] = {}
    taken: set[str] = set()
    for path in images:
        name, number = f"{path.stem}.overlay.png", 2
        while name in taken:
            name, number = f"{path.stem}-{number}.overlay.png", number + 1
        taken.add(name)
        names[path] = name
    return names


def _as_json(pipeline: Pipeline, entries: list[tuple[Path, ImageAnalysis]], problems: dict[Path, str]) -> str:
    bundle = pipeline.bundle
    document = {
        "model": {"name": bundle.name, "version": bundle.version, "card_sha256": bundle.card_sha256},
        "engine": pipeline.engine.name,
        "images": [{"path": str(path), **result.as_dict()} for path, result in entries],
        "problems": [{"path": str(path), "problem": sentence} for path, sentence in problems.items()],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _rows(labels: tuple[str, ...], entries: list[tuple[Path, ImageAnalysis]]) -> Iterator[list[Any]]:
    columns = ["path", "quality", "cell", "x", "y", "width", "height", "label", "score", "identified", "novelty"]
    yield [*columns, "um_per_px", "scale_source", *labels]
    for path, result in entries:
        scale = (f"{result.um_per_px:.5f}", result.scale_source)
        if not result.cells:  # an image without cells keeps its line, so that none goes missing
            yield [path, result.quality.verdict, 0, *[""] * 8, *scale, *[""] * len(labels)]
        for number, cell in enumerate(result.cells, start=1):
            yield [
                *(path, result.quality.verdict, number, cell.box.x, cell.box.y, cell.box.w, cell.box.h),
                *(cell.label, f"{cell.score:.6f}", int(cell.identified)),
                "" if cell.novelty is None else f"{cell.novelty:.4f}",
                *scale,
                *(f"{cell.probabilities[label]:.6f}" for label in labels),
            ]


def _as_csv(pipeline: Pipeline, entries: list[tuple[Path, ImageAnalysis]]) -> str:
    return "".join(csv_lines(_rows(pipeline.bundle.labels, entries), end="\n"))


def _as_table(entries: list[tuple[Path, ImageAnalysis]]) -> str:
    lines = []
    for path, result in entries:
        reasons = f" - {' '.join(result.quality.reasons)}" if result.quality.reasons else ""
        lines.append(f"{path}  [{result.quality.verdict}{reasons}]")
        lines.append(f"    scale {result.um_per_px:.4f} um/px ({result.scale_source})")
        if not result.cells:
            lines.append("    no white cells found")
        for number, cell in enumerate(result.cells, start=1):
            guess = "" if cell.identified else f" (perhaps {cell.best_label})"
            box = f"{cell.box.x},{cell.box.y} {cell.box.w}x{cell.box.h}"
            lines.append(f"    {number:>3}  {cell.label + guess:<44} {cell.score:6.1%}  at {box}")
    if any(result.quality.held_back for _, result in entries):
        lines += ["", "Where the scale is not known, give it with --um-per-px; then the cells are named."]
    return "\n".join(lines)
