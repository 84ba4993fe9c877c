import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import User
from cases.models import Case, FieldReturn, Order, Patient, SmearImage
from classifier import analyser
from classifier.models import ModelVersion
from classifier.services.demo_cases import seed_cases
from classifier.services.demo_stories import STORIES
from education.models import TeachingCell, TeachingField
from education.services.importing import Imported
from inbox.models import Delivery
from reports.models import Report
from reports.pdf import pdf_problem
from reports.services.demo_reports import seed_reports
from reports.verification import verify_report
from review.models import Decision
from workbench.management.commands import seed_demo

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
COUNTED = (User, Patient, Order, Case, SmearImage, Report, Decision, TeachingCell, TeachingField)


@pytest.fixture(autouse=True)
def _engine_of_this_process():
    """The command installs its own."""
    yield
    analyser.install(None)


def test_seeding_fills_an_installation_and_seeding_again_changes_nothing(
    settings, bundle_dir, django_capture_on_commit_callbacks, client, capsys
):
    settings.HEMATOVISION_MODEL_DIR = bundle_dir
    with django_capture_on_commit_callbacks(execute=True):
        call_command("seed_demo", "--without-history")

    assert ModelVersion.objects.active() is not None
    assert set(Case.objects.values_list("state", flat=True)) == {"draft", "analysing", "cancelled"}
    assert SmearImage.objects.count() == sum(len(story.fields) for story in STORIES)
    assert not SmearImage.objects.exclude(state="queued").exists()

    assert set(Order.objects.values_list("state", flat=True)) == {"requested", "in_progress", "cancelled"}
    # Here messages go out after the command, so the first run ended like one that was interrupted: this one carries on.
    with django_capture_on_commit_callbacks(execute=True):
        call_command("seed_demo", "--without-history")
    before = [model.objects.count() for model in COUNTED]

    call_command("seed_demo", "--without-history")

    assert [model.objects.count() for model in COUNTED] == before
    if not pdf_problem():
        assert_somebody_has_reports_to_look_at()
        client.force_login(User.objects.get(email="administrator@central-laboratory.example"))
        assert "Northern Night Duty" in client.get("/oversight/break-glass/").content.decode()
        assert "Hilltop microscope" in client.get("/oversight/sources/").content.decode()
    capsys.readouterr()
    call_command("verify_all")
    said = capsys.readouterr().out.splitlines()
    assert [line for line in said if not line.endswith("holds")] == []


def assert_somebody_has_reports_to_look_at():
    """There is a case in every state that people meet, and what was signed verifies."""
    versions = list(Report.objects.order_by("case__accession_number", "version"))
    assert all(verify_report(report).intact for report in versions)
    assert [(report.case.accession_number, str(report.kind)) for report in versions] == [
        ("DEMO-0008", "original"),
        ("DEMO-0009", "original"),
        ("DEMO-0009", "corrected"),
        ("DEMO-0010", "original"),
        ("DEMO-0010", "appended"),
        ("DEMO-0011", "original"),
        ("DEMO-0012", "original"),
        ("DEMO-0013", "original"),
    ]
    assert versions[0].data["differential"]["n"] >= 120
    assert versions[2].data["report"]["changes"]
    assert versions[7].data["insufficient"]
    order = Order.objects.get(case=versions[0].case)
    assert (order.state, versions[0].data["order"]["placer_number"]) == ("completed", order.placer_number)
    assert versions[1].data["order"] is None
    assert set(Case.objects.values_list("state", flat=True)) == {
        "draft", "cancelled", "analysing", "in_review", "rejected", "signed", "corrected", "appended", "delivered",
    }  # fmt: skip
    critical = Delivery.objects.filter(critical=True).order_by("case__accession_number")
    assert [delivery.settled_at is None for delivery in critical] == [True, False]
    assert FieldReturn.objects.get().outcome == ""
    assert set(Delivery.objects.values_list("case__clinic__slug", flat=True)) == {"riverside-clinic", "hilltop-clinic"}


def test_a_demo_case_whose_analysis_failed_is_not_signed(settings, bundle_dir):
    settings.HEMATOVISION_MODEL_DIR = bundle_dir
    seed_cases()
    SmearImage.objects.update(state="failed", problem="No model is in use.")
    Case.objects.filter(state="analysing").update(state="ready")

    assert seed_reports() == 0
    assert not Report.objects.exists()


def test_without_a_pdf_library_the_demo_has_no_reports_and_says_why(settings, bundle_dir, monkeypatch, capsys):
    settings.HEMATOVISION_MODEL_DIR = bundle_dir
    monkeypatch.setattr(seed_demo, "pdf_problem", lambda: "OSError")
    monkeypatch.setattr(seed_demo, "import_material", Imported)

    call_command("seed_demo", "--without-history")

    assert "No demo report was signed: OSError" in capsys.readouterr().out
    assert Case.objects.exists()
    assert not Report.objects.exists()


def test_production_gets_no_demo(settings):
    settings.DEMO_ACCOUNTS = False

    with pytest.raises(CommandError, match="local settings only"):
        call_command("seed_demo", "--without-history")
    assert not User.objects.exists()
    assert not ModelVersion.objects.exists()
