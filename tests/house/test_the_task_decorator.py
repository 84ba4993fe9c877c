"""Every task carries the delivery promises of the one decorator."""

import pytest

from hematovision.celery import app, clinical_task


def queue_of(name):
    return app.amqp.router.route({}, name)["queue"].name


def test_a_task_is_acknowledged_late_and_given_back():
    @clinical_task(queue="inference", name="tests.promises", retry_on=(OSError,), max_retries=3)
    def promised(image_id):
        return image_id

    assert promised.acks_late
    assert promised.reject_on_worker_lost
    assert promised.ignore_result
    assert queue_of("tests.promises") == "inference"
    assert promised.soft_time_limit < promised.time_limit
    assert promised.max_retries == 3
    assert promised.autoretry_for == (OSError,)
    assert promised.retry_backoff
    app.tasks.pop("tests.promises")


def test_limits_the_wrong_way_round_are_a_defect():
    with pytest.raises(ValueError, match="soft time limit"):
        clinical_task(soft_time_limit=60, time_limit=30)


def test_every_task_of_ours_comes_from_it():
    app.loader.import_default_modules()
    ours = [
        task
        for name, task in app.tasks.items()
        if name.startswith(("classifier.", "cases.", "training_runs.", "calibration."))
    ]
    assert ours
    for task in ours:
        assert task.acks_late, task.name
        assert task.reject_on_worker_lost, task.name
        assert task.time_limit, task.name
    assert queue_of("classifier.tasks.analyse_image") == "inference"
    assert queue_of("classifier.tasks.sweep") == "default"


def test_the_sweeper_is_on_the_schedule():
    app.loader.import_default_modules()
    sweep = app.conf.beat_schedule["sweep"]
    assert sweep["task"] in app.tasks
    assert sweep["options"]["expires"] <= sweep["schedule"]
