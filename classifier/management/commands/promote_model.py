"""Bring a registered model into use."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from classifier.management.actors import find_actor
from classifier.models import ModelVersion
from classifier.services import failed_for_the_model, promote_model, requeue_analyses
from hematovision.errors import DomainError


class Command(BaseCommand):
    help = "Make a registered model the one that answers, a variant on its microscope alone. Needs an evaluation, and keeps who did it and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the model's name")
        parser.add_argument("version", help="the model's version")
        parser.add_argument("--reason", required=True, help="why it comes into use")
        parser.add_argument("--by", default="", metavar="E-MAIL", help="the administrator who decides")
        parser.add_argument(
            "--evaluation", type=Path, help="metrics.json of `manage.py evaluate` (default: the model's own figures)"
        )
        parser.add_argument(
            "--requeue", action="store_true", help="also start the images again that failed for want of a model"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        actor = find_actor(options["by"])
        version = ModelVersion.objects.filter(name=options["name"], version=options["version"]).first()
        if version is None:
            raise CommandError(f"{options['name']} {options['version']} is not registered.")
        try:
            version = promote_model(
                actor=actor,
                version=version,
                reason=options["reason"],
                evaluation=_read_evaluation(options["evaluation"]),
            )
            self.stdout.write(f"{version} is active{f' on {version.scope}' if version.scope else ''}.")
            if options["requeue"]:
                count = requeue_analyses(
                    actor=actor, analyses=failed_for_the_model(), reason=f"{version} came into use."
                )
                self.stdout.write(f"{count} images were started again.")
        except DomainError as error:
            raise CommandError(error.sentence) from error


def _read_evaluation(path: Path | None) -> dict[str, Any] | None:
    if path is None:
        return None
    try:
        figures = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"The evaluation {path} cannot be read: {error}") from error
    if not isinstance(figures, dict):
        raise CommandError(f"The evaluation {path} is not the metrics.json of `manage.py evaluate`.")
    return figures
