"""Back up, destroy, restore to another place, verify, compare: on whichever database the suite runs."""

import os
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection

from audit.services import write_checkpoint
from cases.models import Patient
from cases.storage import clinical_storage
from classifier.services import register_model
from deploy import restore_drill
from deploy.recovery import proof
from deploy.recovery.installation import Installation
from deploy.recovery.keys import Keys
from deploy.recovery.postgresql import PostgreSQL
from deploy.recovery.progress import Progress
from deploy.recovery.refusal import Refused
from deploy.recovery.returning import restore_backup
from deploy.recovery.scratch import scratch_place
from deploy.recovery.sqlite import SQLite
from deploy.recovery.taking import take_backup
from review.services.decisions import apply_action
from review.services.leases import claim
from tests.factories.analysed_cases import analysed_case, cells_of, promote
from tests.factories.bundle import tiny_bundle
from tests.factories.reports import NORMAL, next_version
from tests.recovery.conftest import TABLES

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("recovery")]


@pytest.fixture
def here(settings, tmp_path):
    """The installation of this test."""
    settings.AUDIT_CHECKPOINT_DIR = str(tmp_path / "checkpoints")
    stands = connection.settings_dict
    database = (
        SQLite(Path(stands["NAME"]))
        if connection.vendor == "sqlite"
        else PostgreSQL(
            name=stands["NAME"],
            user=stands["USER"],
            password=stands["PASSWORD"],
            host=stands["HOST"],
            port=str(stands["PORT"]),
        )
    )
    keys = Keys(
        field=tuple(settings.HEMATOVISION_FIELD_KEYS),
        blind_index=(settings.HEMATOVISION_BLIND_INDEX_KEY,),
        checkpoint=(settings.SECRET_KEY,),
    )
    return Installation(
        var=Path(settings.VAR_DIR),
        database=database,
        keys=keys,
        media=Path(clinical_storage().location),
        checkpoints=Path(settings.AUDIT_CHECKPOINT_DIR),
    )


@pytest.mark.django_db(transaction=True)
def test_a_signed_case_comes_back_and_everything_verifies(here, riverside, pavel, tmp_path, capfd, monkeypatch):
    # The case is made without the worker and the sign page, so it is held to what the services below record.
    monkeypatch.setattr(proof, "VERIFY", (["verify_audit"], ["verify_decisions"], ["verify_reports"]))
    version, _ = register_model(actor=None, directory=tiny_bundle(tmp_path / "models" / "tiny"))
    case = analysed_case(riverside, version=promote(version))
    claim(actor=pavel, case=case)
    for cell in cells_of(case):
        seen = [(cell.pk, cell.revision)]
        apply_action(actor=pavel, case=case, action_id=uuid.uuid4(), kind="label", cells=seen, label="monocyte")
    report = next_version(case, pavel, counts=NORMAL)
    write_checkpoint(actor=None)
    kept = take_backup(here, tmp_path / "backups", Progress())
    assert kept.manifest.rows["reports_report"] == 1
    # Destroyed: the restore finds no file of it.
    for path in [*here.media.rglob("*"), *here.checkpoints.rglob("*"), *(tmp_path / "models").rglob("*")]:
        if path.is_file():
            path.unlink()
    with scratch_place() as place:
        # The test settings put a worker's folder below the one they are given.
        var = Path(place["HEMATOVISION_VAR"]) / os.environ.get("PYTEST_XDIST_WORKER", "main")
        url = place["DATABASE_URL"] or f"sqlite:///{var / 'hematovision.sqlite3'}"
        environment = {
            "HEMATOVISION_TEST_VAR": place["HEMATOVISION_VAR"],
            "HEMATOVISION_AUDIT_CHECKPOINT_DIR": str(var / "audit" / "checkpoints"),
            "DATABASE_URL": url,
        }
        there = Installation.from_environment({**environment, "HEMATOVISION_VAR": str(var), **here.keys.environment()})
        returned = restore_backup(kept.folder, there, Progress(), overwrite=False)
        assert returned.moved_models == [there.models / "tiny-0.0.1"]
        proof.prove(environment, moved_models=returned.moved_models)
        assert there.database.look().rows["cases_cell"] == kept.manifest.rows["cases_cell"] > 0
        (mrn,) = there.database.sealed_values()
        assert there.keys.open(mrn)
    assert Patient.objects.get(pk=report.case.patient_id).mrn
    said = capfd.readouterr().out
    assert "Every decision holds: 3 actions, 3 cells reviewed by people." in said
    assert "Every signed report holds: 1." in said


def test_the_drill_of_the_command_line(capfd):
    assert restore_drill.main([]) == 0
    said = capfd.readouterr()
    assert "The drill held" in said.out
    assert "manage.py verify_" in said.err


def test_called_wrongly_it_says_how(capsys):
    assert restore_drill.main(["--unknown"]) == restore_drill.USAGE


@pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="PostgreSQL only")
class TestPostgreSQL:
    """What its programs do when something breaks."""

    @pytest.fixture
    def database(self):
        with scratch_place() as place:
            found = Installation.from_environment(
                {"DATABASE_URL": place["DATABASE_URL"], "HEMATOVISION_VAR": place["HEMATOVISION_VAR"]}
                | dict.fromkeys(("HEMATOVISION_FIELD_KEYS", "HEMATOVISION_BLIND_INDEX_KEY"), "k")
                | {"HEMATOVISION_SECRET_KEY": "k"}
            ).database
            found.execute("CREATE TABLE kept (id integer)")
            yield found

    def test_a_dump_that_breaks_off_changes_nothing(self, database, tmp_path):
        (tmp_path / "dump").write_bytes(b"PGDMP and then nothing")
        with pytest.raises(Refused, match="pg_restore failed"):
            database.restore(tmp_path / "dump", Progress())
        assert not database.is_empty()

    def test_a_dump_is_one_moment_and_a_restore_leaves_nothing_beside_it(self, database, tmp_path):
        database.execute(TABLES)
        written = []

        def write_while_it_runs(_):
            if not written:
                database.execute("INSERT INTO cases_patient VALUES (1, 'x')")
                written.append(1)

        snapshot = database.dump(tmp_path / "dump", write_while_it_runs)
        assert written
        assert snapshot.rows["cases_patient"] == 0
        database.execute("CREATE TABLE of_a_newer_version (id serial PRIMARY KEY)")
        database.execute("CREATE VIEW seen AS SELECT id FROM of_a_newer_version")
        database.execute("CREATE FUNCTION newer() RETURNS integer LANGUAGE sql AS 'SELECT 1'")
        database.restore(tmp_path / "dump", Progress())
        assert database.look() == snapshot
        database.execute("CREATE FUNCTION newer() RETURNS integer LANGUAGE sql AS 'SELECT 1'")

    def test_a_server_that_is_away_is_a_sentence(self, database):
        with pytest.raises(Refused, match="does not answer"):
            replace(database, port="1").is_empty()

    def test_a_program_that_is_not_installed_is_a_sentence(self, database, tmp_path, monkeypatch):
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(Refused, match="pg_restore is not installed here"):
            database.restore(tmp_path / "dump", Progress())

    def test_the_password_is_not_shown(self, database):
        assert "secret" not in repr(replace(database, password="secret"))
