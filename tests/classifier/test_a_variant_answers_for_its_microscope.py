"""A calibrated variant answers for the images of its microscope, and for no other; everything else is its parent's."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from audit.models import AuditEvent
from cases.models import Cell
from cases.services.microscopes import correct_microscope
from classifier import bundle_analyser
from classifier.models import Analysis, ModelVersion
from classifier.selectors import current_analysis, model_on
from classifier.services import (
    promote_model,
    register_model,
    retire_variant,
    rollback_model,
    run_analysis,
)
from classifier.services.requeueing import reanalyse_image
from classifier.services.rescaling import reanalyse_at_new_scale
from hematovision.errors import Conflict, PermissionRefused, Unprocessable
from microscopes.models import Microscope
from tests.factories.smears import evaluated_bundle, variant_bundle

pytestmark = pytest.mark.django_db


@pytest.fixture
def window(riverside):
    return Microscope.objects.create(organisation=riverside, name="By the window")


@pytest.fixture
def other(riverside):
    return Microscope.objects.create(organisation=riverside, name="At the door")


@pytest.fixture
def registered(active, bundle_dir, window, tmp_path):
    """A variant for the microscope by the window that calls every cell a basophil."""
    folder = variant_bundle(tmp_path / "variant", bundle_dir, microscope=window.pk, says="basophil")
    return register_model(actor=None, directory=folder)[0]


@pytest.fixture
def variant(registered, ines):
    return promote_model(actor=ines, version=registered, reason="Validated by the window.")


@pytest.fixture
def taken_with(receive):
    """Send a field and say which microscope took it."""

    def send(seed, microscope):
        image = receive(seed)
        type(image).objects.filter(pk=image.pk).update(
            microscope=microscope, microscope_source="chosen" if microscope else ""
        )
        return image

    return send


def labels(image):
    return set(Cell.objects.filter(image=image).values_list("predictions__label", flat=True))


def test_images_of_its_microscope_are_read_by_it_and_all_others_by_its_parent(
    variant, active, taken_with, window, other, engine
):
    images = [taken_with(1, window), taken_with(2, other), taken_with(3, None)]
    for image in images:
        run_analysis(image_id=image.pk, worker="w")

    read_by = [Analysis.objects.get(image=image).model_version for image in images]
    assert read_by == [variant, active, active]
    assert labels(images[0]) == {"basophil"}
    assert "neutrophil" in labels(images[1])


def test_promoting_it_leaves_the_model_of_the_installation_where_it_was(variant, active, window, other):
    active.refresh_from_db()
    assert (active.state, ModelVersion.objects.active()) == ("active", active)
    assert [model_on(pk) for pk in (window.pk, other.pk, None)] == [variant, active, active]


def test_microscopes_take_turns_on_one_network(variant, active, taken_with, window, other, engine, monkeypatch):
    loaded = []
    real = bundle_analyser.load_network
    monkeypatch.setattr(
        bundle_analyser, "load_network", lambda *given, **more: loaded.append(1) or real(*given, **more)
    )
    for seed, microscope in enumerate([window, other, window, other], start=1):
        run_analysis(image_id=taken_with(seed, microscope).pk, worker="w")

    assert len(loaded) == 1
    assert Analysis.objects.filter(state="done").count() == 4


def test_a_new_parent_makes_it_void_and_going_back_brings_it_back(variant, active, window, tmp_path):
    newer, _ = register_model(actor=None, directory=evaluated_bundle(tmp_path / "newer", version="2.0.0"))
    promote_model(actor=None, version=newer, reason="Better.")
    assert model_on(window.pk) == newer
    rollback_model(actor=None, reason="It was not.")
    assert model_on(window.pk) == variant


def test_stopping_it_lets_its_parent_answer(variant, active, window, ines):
    retire_variant(actor=ines, version=variant, reason="The lamp was changed.")
    assert model_on(window.pk) == active
    event = AuditEvent.objects.filter(action="model_change").latest("id")
    assert (event.actor_id, event.reason, event.laboratory_id) == (
        ines.pk,
        "The lamp was changed.",
        window.laboratory_id,
    )
    assert (event.before, event.after) == (
        {"active": str(variant), "microscope": str(window.pk)},
        {"active": "", "microscope": str(window.pk)},
    )
    with pytest.raises(Conflict, match="not in use"):
        retire_variant(actor=ines, version=variant, reason="Again.")


def test_rolling_back_is_of_one_microscope(variant, active, window, bundle_dir, tmp_path, ines):
    folder = variant_bundle(tmp_path / "second", bundle_dir, microscope=window.pk, says="monocyte", number=2)
    second = register_model(actor=None, directory=folder)[0]
    promote_model(actor=ines, version=second, reason="More cells.")
    assert model_on(window.pk) == second
    assert rollback_model(actor=ines, reason="Worse.", scope=window) == variant
    assert (model_on(window.pk), model_on(None)) == (variant, active)
    with pytest.raises(Conflict, match="no earlier model"):
        rollback_model(actor=ines, reason="The installation has had one model only.")


def test_a_model_in_its_own_right_is_not_stopped(active):
    with pytest.raises(Unprocessable, match="whole installation"):
        retire_variant(actor=None, version=active, reason="Why not.")


def test_another_laboratory_does_not_decide_about_the_microscope(registered, variant, petra, window):
    for change in (
        lambda: promote_model(actor=petra, version=registered, reason="Mine."),
        lambda: retire_variant(actor=petra, version=variant, reason="Mine."),
        lambda: rollback_model(actor=petra, reason="Mine.", scope=window),
    ):
        with pytest.raises(PermissionRefused, match="of its laboratory"):
            change()
    assert model_on(window.pk) == variant


def test_the_database_holds_one_variant_on_a_microscope(variant, bundle_dir, window, tmp_path):
    folder = variant_bundle(tmp_path / "second", bundle_dir, microscope=window.pk, says="monocyte", number=2)
    second = register_model(actor=None, directory=folder)[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelVersion.objects.filter(pk=second.pk).update(
            state="active", promoted_at=variant.promoted_at, reason="x", evaluation={"accuracy": 1, "n": 1}
        )


def test_an_image_that_was_of_another_microscope_is_not_left_to_its_variant(
    variant, active, taken_with, window, other, engine, amina
):
    image = taken_with(1, window)
    run_analysis(image_id=image.pk, worker="w")
    image.refresh_from_db()
    correct_microscope(actor=amina, images=[image], microscope=other)
    case = image.case
    case.um_per_px = 0.11
    case.save()
    reanalyse_at_new_scale(actor=None, case=case)
    run_analysis(image_id=image.pk, worker="w")
    assert Analysis.objects.filter(image=image).order_by("finished_at").last().model_version == active


def test_a_variant_that_was_waiting_has_not_the_last_word_on_an_image_that_moved(
    registered, active, taken_with, window, other, engine, amina, ines
):
    image = taken_with(1, window)
    run_analysis(image_id=image.pk, worker="w")
    variant = promote_model(actor=ines, version=registered, reason="Validated by the window.")
    image.refresh_from_db()
    reanalyse_image(actor=None, image=image, version=variant)
    correct_microscope(actor=amina, images=[image], microscope=other)

    run_analysis(image_id=image.pk, worker="w")
    image.refresh_from_db()
    assert image.state == "queued"
    run_analysis(image_id=image.pk, worker="w")

    image.refresh_from_db()
    assert image.state == "analysed"
    assert current_analysis(image.pk).model_version == active
    assert set(Cell.objects.filter(image=image).values_list("label", flat=True)) != {"basophil"}


@pytest.mark.parametrize("named", [True, False])
def test_one_that_answered_for_all_gives_way_to_its_parent_at_the_upgrade(active, bundle_dir, window, tmp_path, named):
    folder = variant_bundle(tmp_path / "old", bundle_dir, microscope=window.pk if named else None, says="basophil")
    old, _ = register_model(actor=None, directory=folder)
    ModelVersion.objects.filter(pk=active.pk).update(state="retired")
    ModelVersion.objects.filter(pk=old.pk).update(
        scope=None, state="active", promoted_at=active.promoted_at, reason="x", evaluation={"accuracy": 1, "n": 1}
    )
    migration = import_module("classifier.migrations.0004_scope_of_a_model")
    migration.give_variants_their_scope(apps, None)

    assert ModelVersion.objects.active() == active
    assert model_on(window.pk) == (old if named else active)
    old.refresh_from_db()
    assert old.state == ("active" if named else "retired")
