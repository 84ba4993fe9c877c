"""Backup and restore read no settings; what they know of them is held to the settings here."""

from pathlib import Path

from django.apps import apps
from django.db.models import FileField

from cases.fields import _EncryptedMixin
from cases.storage import MARKER, clinical_storage
from deploy.recovery.installation import FILES_MARKER, Installation
from deploy.recovery.snapshot import FILE_COLUMNS, SEALED_COLUMN, SHORT_LIVED_COLUMNS
from hematovision.settings.base import database_from
from hematovision.settings.local_secrets import read_or_make_secrets


def test_every_column_that_names_a_file_is_known():
    fields = {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, FileField)
    }
    assert {*FILE_COLUMNS, *SHORT_LIVED_COLUMNS} == fields


def test_identifiers_are_tried_on_a_column_that_every_patient_has_sealed():
    table, column = SEALED_COLUMN
    (model,) = (model for model in apps.get_models() if model._meta.db_table == table)
    field = model._meta.get_field(column)
    assert isinstance(field, _EncryptedMixin)
    assert not field.null


def test_the_places_are_those_of_the_settings(settings, keys):
    found = Installation.from_environment({"HEMATOVISION_VAR": str(settings.VAR_DIR), **keys})
    assert found.media == Path(clinical_storage().location)
    assert FILES_MARKER == MARKER
    assert found.checkpoints == Path(settings.VAR_DIR) / "audit" / "checkpoints"
    assert found.database.path == Path(database_from("")["NAME"])


def test_the_secrets_of_a_local_installation_are_its_keys(tmp_path):
    made = read_or_make_secrets(tmp_path / "local_secrets.json")
    keys = Installation.from_environment({"HEMATOVISION_VAR": str(tmp_path)}).keys
    assert keys.field == (made["field_key"],)
    assert keys.blind_index == (made["blind_index_key"],)
    assert keys.checkpoint == (made["secret_key"],)


def test_the_environment_comes_before_them(tmp_path):
    read_or_make_secrets(tmp_path / "local_secrets.json")
    given = {"HEMATOVISION_VAR": str(tmp_path), "HEMATOVISION_FIELD_KEYS": "new, old"}
    assert Installation.from_environment(given).keys.field == ("new", "old")
