"""Databases of every installation name training runs in their tables, permissions and migration history."""

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from training_runs.models import TrainingRun

pytestmark = pytest.mark.django_db


def test_training_runs_keep_their_table_history_content_type_and_permissions():
    assert TrainingRun._meta.db_table == "training_trainingrun"
    assert ("training", "0001_initial") in MigrationRecorder(connection).applied_migrations()
    kind = ContentType.objects.get_for_model(TrainingRun)
    assert (kind.app_label, kind.model) == ("training", "trainingrun")
    held = Permission.objects.filter(content_type=kind).values_list("codename", flat=True)
    assert set(held) == {f"{may}_trainingrun" for may in ("add", "change", "delete", "view")}
