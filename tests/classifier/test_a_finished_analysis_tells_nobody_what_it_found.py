"""Notifications and e-mails of a finished analysis are the same whatever the model said: a blinded reviewer gets them too."""

from dataclasses import replace

import pytest
from django.core import mail
from django.db import transaction

from cases.cell_classes import CLASS_CODES
from cases.models import Cell
from cases.services.cases import submit_case
from classifier.services import run_analysis
from notices.models import Notification

pytestmark = pytest.mark.django_db


@pytest.fixture
def told_when(engine, image, case, amina, central, pavel, monkeypatch, django_capture_on_commit_callbacks):
    """`told_when(label)` -> what everybody is told when the analysis finds only cells of that label."""
    central.blind_review = True
    central.save()
    submit_case(actor=amina, case=case)
    analyse = engine.analyse

    def told(label):
        def says(*args, **more):
            found = analyse(*args, **more)
            shares = {code: 0.93 if code == "neutrophil" else 0.01 for code in CLASS_CODES}
            said = {"label": label, "identified": label != "unidentified", "probabilities": shares, "score": 0.93}
            return replace(found, cells=[replace(cell, **said) for cell in found.cells])

        monkeypatch.setattr(engine, "analyse", says)
        mail.outbox.clear()
        with transaction.atomic():
            with django_capture_on_commit_callbacks(execute=True):
                run_analysis(image_id=image.pk, worker="w")
            case.refresh_from_db()
            labels = set(Cell.objects.filter(image=image).values_list("label", flat=True))
            assert (case.state, labels) == ("ready", {label})
            rows = list(Notification.objects.order_by("text").values_list("user", "kind", "text", "path"))
            mails = [(message.to, message.subject, message.body) for message in mail.outbox]
            transaction.set_rollback(True)
        return rows, mails

    return told


def test_an_analysis_that_finishes_tells_a_blinded_laboratory_nothing_of_what_it_found(told_when):
    assert told_when("neutrophil") == told_when("unidentified")
