"""Calibrate a model for one microscope, from labelled cells of it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from classifier.image_files import load_image
from classifier.inference.engines import available_threads
from classifier.inference.errors import InferenceError
from classifier.inference.pipeline import open_pipeline
from classifier.inference.single_cells import PICKS
from classifier.models import ModelVersion
from classifier.services import register_model
from hematovision.errors import DomainError
from microscopes.models import Microscope as RegisteredMicroscope
from training.adaptation.calibration import Calibrated, calibrate
from training.adaptation.decisions import Decisions
from training.adaptation.folder import groups_by_prefix, read_cells
from training.adaptation.variant import Microscope, refuse_variant, write_variant
from training.evaluation.folder import read_groups, read_labelled
from training_runs.services.variants import free_version


class Command(BaseCommand):
    """`manage.py calibrate DIR --name NAME [--scope TEXT] [--group-by-prefix | --groups CSV] [--home DIR]`."""

    help = (
        "Fit the model to one microscope from class-named folders of labelled cells of it, compare on cells held out by "
        "patient, and write and register the result as a variant of the model. Refuses where it does not help."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to calibrate on, for what, and where the variant goes."""
        parser.add_argument("directory", type=Path, metavar="DIR", help="folder of folders named after cell classes")
        parser.add_argument("--name", required=True, help="name of the microscope, for the card")
        parser.add_argument(
            "--microscope",
            metavar="ID",
            help="the registered microscope it is: for its images the model then counts as calibrated (the ID is in the address of its page)",
        )
        parser.add_argument("--scope", default="", metavar="TEXT", help="clinic, camera, objective and stain, in words")
        parser.add_argument(
            "--pick", choices=PICKS, default="central", help="which cell of an image is the labelled one"
        )
        parser.add_argument("--um-per-px", type=float, help="scale of the images (default: measured)")
        patients = parser.add_mutually_exclusive_group()
        patients.add_argument("--groups", type=Path, metavar="CSV", help="which patient (original) each image is of")
        patients.add_argument(
            "--group-by-prefix", action="store_true", help="the patient is what stands before “__” in a file's name"
        )
        parser.add_argument(
            "--home", type=Path, metavar="DIR", help="cells of the home camera, which must not lose by it"
        )
        parser.add_argument(
            "--home-pick", choices=PICKS, default="central", help="which cell of a home image is labelled"
        )
        parser.add_argument("--model", type=Path, metavar="DIR", help="model folder (default: the installed model)")
        parser.add_argument(
            "--out", type=Path, metavar="DIR", help="folder for variants (default: under the data folder)"
        )
        parser.add_argument("--no-register", action="store_true", help="write the folder only; uses no database then")
        parser.add_argument("--engine", choices=("onnx", "tensorflow"), default=settings.HEMATOVISION_ENGINE)
        parser.add_argument("--threads", type=int, help="threads of the engine (default: all cores)")

    def handle(self, *_: Any, **options: Any) -> None:
        """Calibrate; any refusal is one sentence and exit code 1, and then nothing is written."""
        try:
            self._calibrate(options)
        except (InferenceError, DomainError) as error:
            raise CommandError(error.sentence) from error

    def _calibrate(self, options: dict[str, Any]) -> None:
        registered = _registered(options["microscope"])
        images = read_labelled(options["directory"].expanduser().resolve())
        groups = None
        if options["groups"]:
            groups, strangers = read_groups(options["groups"], images)
            if strangers:
                self.stdout.write(f"{strangers} images are not in {options['groups']}; each counts as a patient.")
        elif options["group_by_prefix"]:
            groups = groups_by_prefix(images)
        else:
            self.stdout.write("Patients are not known, so each image counts as one and intervals are on the kind side.")
        pipeline = open_pipeline(
            options["model"] or settings.HEMATOVISION_MODEL_DIR, options["engine"], threads=options["threads"]
        )
        parent = pipeline.bundle
        refuse_variant(parent)
        if not options["no_register"] and not ModelVersion.objects.filter(card_sha256=parent.card_sha256).exists():
            raise CommandError(
                f"{parent.name} {parent.version} is not registered here, so no variant of it can be. Register it first, or "
                "ask for --no-register."
            )
        cells = read_cells(
            pipeline,
            images,
            read=load_image,
            pick=options["pick"],
            groups=groups,
            um_per_px=options["um_per_px"],
            workers=available_threads(),
        )
        home = None
        if options["home"]:
            home_images = read_labelled(options["home"].expanduser().resolve())
            home = read_cells(
                pipeline, home_images, read=load_image, pick=options["home_pick"], views=1, workers=available_threads()
            )
        found = calibrate(cells, Decisions.of(parent), home=home)
        self.stdout.write(as_table(found))
        root = options["out"] or settings.VAR_DIR / "models"
        version = free_version(parent, root, in_registry=not options["no_register"])
        microscope = Microscope(
            options["name"], options["scope"], patients_known=groups is not None, registered=registered
        )
        variant = write_variant(
            parent, found, root / f"{parent.name}-{version}", version=version, microscope=microscope
        )
        self.stdout.write(f"\nWrote {variant.directory}.")
        if not options["no_register"]:
            row, _ = register_model(actor=None, directory=variant.directory)
            self.stdout.write(f"Registered {row}. It is not used until somebody promotes it.")


def _registered(identifier: str | None) -> str | None:
    if identifier is None:
        return None
    try:
        return str(RegisteredMicroscope.objects.get(pk=identifier).pk)
    except (RegisteredMicroscope.DoesNotExist, ValidationError) as error:
        raise CommandError(f"There is no microscope {identifier} here.") from error


def as_table(found: Calibrated) -> str:
    """What the command prints: before and after with their intervals, a line per class, and what to beware of."""
    compared = found.comparison.as_dict()
    lines = [
        f"Compared on {found.held_out}; n = {compared['n']}.",
        "",
        f"{'':<8}{'accuracy':>10}  {'95 % CI':<18}{'macro F1':>9}{'ECE':>8}{'unidentified':>14}{'wrong, named':>14}",
    ]
    for name in ("before", "after"):
        row = compared[name]
        low, high = row["accuracy_ci95"]
        left = row["unidentified"]
        lines.append(
            f"{name:<8}{row['accuracy']:>10.4f}  {f'[{low:.4f}, {high:.4f}]':<18}{row['macro_f1']:>9.4f}"
            f"{row['calibration']['ece_after']:>8.4f}{left['share']:>14.1%}{left['wrong_and_named']:>14.1%}"
        )
    gain, sure = 100 * compared["gain"], 100 * compared["gain_at_least"]
    lines += ["", f"gain {gain:+.1f} points, at least {sure:+.1f} with 95 % confidence", ""]
    lines.append(f"{'class':<22}{'n':>6}{'right before':>14}{'after':>8}")
    lines += [
        f"{label:<22}{row['n']:>6}{row['right_before']:>14}{row['right_after']:>8}"
        for label, row in compared["by_class"].items()
    ]
    if found.home:
        n, before, after = found.home
        lines += ["", f"home camera, n = {n}: {before:.4f} before, {after:.4f} after"]
    lines += ["", *found.warnings] if found.warnings else []
    return "\n".join(lines)
