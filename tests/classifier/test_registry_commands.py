import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from classifier.models import ModelVersion
from classifier.services import run_analysis
from tests.factories.bundle import tiny_bundle
from tests.factories.smears import evaluated_bundle

pytestmark = pytest.mark.django_db


def test_register_promote_and_roll_back(bundle_dir, tmp_path, ines, capsys):
    second = evaluated_bundle(tmp_path / "model-2", version="2.0.0")
    call_command("register_model", str(bundle_dir))
    call_command("register_model", str(second))
    call_command("promote_model", "tiny", "1.0.0", reason="First.")
    call_command("promote_model", "tiny", "2.0.0", reason="Better.", by=ines.email)
    assert ModelVersion.objects.active().promoted_by == ines

    call_command("rollback_model", reason="Worse.", by=ines.email)

    assert ModelVersion.objects.active().version == "1.0.0"
    assert "tiny 1.0.0 is active again." in capsys.readouterr().out


def test_an_evaluation_file_is_read(tmp_path):
    call_command("register_model", str(tiny_bundle(tmp_path / "untested")))
    metrics = tmp_path / "metrics.json"
    metrics.write_text(json.dumps({"accuracy": 0.9, "n": 71}))

    call_command("promote_model", "tiny", "0.0.1", reason="Measured.", evaluation=metrics)

    assert ModelVersion.objects.active().evaluation["n"] == 71


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        (("promote_model", "tiny", "9"), {"reason": "x"}, "not registered"),
        (("rollback_model",), {"reason": "x"}, "no earlier model"),
        (("rollback_model",), {"reason": "x", "by": "nobody@nowhere.example"}, "no active account"),
        (("requeue_analyses",), {"reason": " "}, "Say why"),
    ],
)
def test_refusals_are_one_sentence(arguments, options, words):
    with pytest.raises(CommandError, match=words):
        call_command(*arguments, **options)


def test_an_unusable_directory_is_named(tmp_path):
    with pytest.raises(CommandError, match="no model folder"):
        call_command("register_model", str(tmp_path / "none"))


def test_a_good_model_can_take_up_what_failed_without_one(receive, engine, version):
    image = receive()
    run_analysis(image_id=image.pk, worker="w")

    call_command("promote_model", "tiny", "1.0.0", reason="First.", requeue=True)

    image.refresh_from_db()
    assert image.state == "queued"


def test_ensure_model_uses_the_configured_directory(settings, bundle_dir, capsys):
    settings.HEMATOVISION_MODEL_DIR = bundle_dir

    call_command("ensure_model")

    assert ModelVersion.objects.active().version == "1.0.0"
    assert "is active now" in capsys.readouterr().out
