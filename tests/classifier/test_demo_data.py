import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import User
from cases.models import Case, Patient, SmearImage
from classifier.models import ModelVersion
from classifier.services.demo_cases import STORIES

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_seeding_fills_an_installation_and_seeding_again_changes_nothing(
    settings, bundle_dir, django_capture_on_commit_callbacks
):
    settings.HEMATOVISION_MODEL_DIR = bundle_dir
    with django_capture_on_commit_callbacks(execute=True):
        call_command("seed_demo")

    assert ModelVersion.objects.active() is not None
    assert set(Case.objects.values_list("state", flat=True)) == {"draft", "analysing", "cancelled"}
    assert SmearImage.objects.count() == sum(len(story.smears) for story in STORIES)
    assert not SmearImage.objects.exclude(state="queued").exists()
    before = [model.objects.count() for model in (User, Patient, Case, SmearImage)]

    call_command("seed_demo")

    assert [model.objects.count() for model in (User, Patient, Case, SmearImage)] == before


def test_production_gets_no_demo(settings):
    settings.DEMO_ACCOUNTS = False

    with pytest.raises(CommandError, match="local settings only"):
        call_command("seed_demo")
    assert not User.objects.exists()
    assert not ModelVersion.objects.exists()
