"""Measure a model on folders of labelled single-cell images."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from classifier.image_files import load_image
from classifier.inference.engines import available_threads
from classifier.inference.errors import InferenceError
from classifier.inference.labels import canonical_label
from classifier.inference.pipeline import Pipeline, open_pipeline
from classifier.inference.single_cells import PICKS
from training.evaluation.folder import answer_folder, read_groups, read_labelled
from training.evaluation.single_cells import as_table, measure, restrict, write_single_cell_evaluation


class Command(BaseCommand):
    """`manage.py evaluate DIR [--pick ...] [--restrict a,b] [--groups CSV] [--out DIR]`."""

    help = (
        "Classify class-named folders of single-cell images the way the service does and write metrics.json, "
        "predictions.csv and plots. Uses no database."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to evaluate, how, and where the results go."""
        parser.add_argument("directory", type=Path, metavar="DIR", help="folder of folders named after cell classes")
        parser.add_argument(
            "--pick", choices=PICKS, default="central", help="which cell of an image is the labelled one"
        )
        parser.add_argument("--restrict", metavar="A,B", help="only these classes may be predicted")
        parser.add_argument("--groups", type=Path, metavar="CSV", help="which original each image was made from")
        parser.add_argument("--out", type=Path, metavar="DIR", help="where results go (default: under the data folder)")
        parser.add_argument("--um-per-px", type=float, help="scale of the images (default: measured)")
        parser.add_argument("--limit", type=int, metavar="N", help="only N images, a fair share of each class")
        parser.add_argument("--views", type=int, choices=(1, 2, 4, 8), default=1, help="mirrored views to average")
        parser.add_argument("--model", type=Path, metavar="DIR", help="model folder (default: the installed model)")
        parser.add_argument("--engine", choices=("onnx", "tensorflow"), default=settings.HEMATOVISION_ENGINE)
        parser.add_argument("--threads", type=int, help="threads of the engine (default: all cores)")

    def handle(self, *_: Any, **options: Any) -> None:
        """Evaluate; any refusal is one sentence and exit code 1, and then nothing is written."""
        try:
            self._evaluate(options)
        except InferenceError as error:
            raise CommandError(error.sentence) from error

    def _evaluate(self, options: dict[str, Any]) -> None:
        directory: Path = options["directory"].expanduser().resolve()
        images = read_labelled(directory, limit=options["limit"])
        allowed = [canonical_label(name) for name in (options["restrict"] or "").split(",") if name.strip()]
        groups, strangers = read_groups(options["groups"], images) if options["groups"] else (None, 0)
        pipeline = open_pipeline(
            options["model"] or settings.HEMATOVISION_MODEL_DIR,
            options["engine"],
            threads=options["threads"],
            views=options["views"],
        )
        labels = pipeline.bundle.labels
        answers = answer_folder(
            pipeline,
            images,
            read=load_image,
            pick=options["pick"],
            um_per_px=options["um_per_px"],
            workers=available_threads(),
        )
        found = restrict(
            images,
            answers,
            labels=labels,
            allowed=[label for label in labels if not allowed or label in allowed],
            groups=groups,
            temperature=pipeline.bundle.temperature,
        )
        result = {
            **_facts(pipeline, directory, options, strangers),
            **measure(found, answers, grouped=groups is not None),
        }
        out = options["out"] or settings.VAR_DIR / "evaluations" / f"{directory.name}-{pipeline.bundle.version}"
        write_single_cell_evaluation(out, found, answers, labels=labels, result=result)
        self.stdout.write(as_table(result))
        self.stdout.write(f"\nWrote {out / 'metrics.json'} and the tables and plots beside it.")


def _facts(pipeline: Pipeline, directory: Path, options: dict[str, Any], strangers: int) -> dict[str, Any]:
    """What was evaluated, with what, when."""
    facts: dict[str, Any] = {
        "model": {
            "name": pipeline.bundle.name,
            "version": pipeline.bundle.version,
            "card_sha256": pipeline.bundle.card_sha256,
        },
        "engine": pipeline.engine.name,
        "views": pipeline.views,
        "data": str(directory),
        "pick": options["pick"],
        "restrict": options["restrict"] or "",
        "evaluated_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    if options["groups"]:
        facts["n_without_group"] = strangers
    return facts
