import pytest
from django.db import IntegrityError, transaction

from audit.models import AuditEvent
from classifier.models import ModelVersion
from classifier.services import ensure_model, promote_model, register_model, rollback_model
from hematovision.errors import Conflict, PermissionRefused, Unprocessable
from tests.factories.bundle import tiny_bundle
from tests.factories.smears import EVALUATION, evaluated_bundle

pytestmark = pytest.mark.django_db


@pytest.fixture
def newer(tmp_path):
    """A second registered model."""
    return register_model(actor=None, directory=evaluated_bundle(tmp_path / "model-2", version="2.0.0"))[0]


def test_registering_verifies_and_keeps_the_card(version, bundle_dir):
    assert (version.name, version.version, version.state) == ("tiny", "1.0.0", "registered")
    assert version.directory == str(bundle_dir)
    assert version.card["metrics"] == EVALUATION
    assert len(version.card_sha256) == 64


def test_registering_the_same_content_again_gives_the_same_row(version, bundle_dir):
    again, created = register_model(actor=None, directory=bundle_dir)

    assert (again, created) == (version, False)


def test_another_content_under_a_taken_version_is_refused(version, tmp_path):
    other = tiny_bundle(tmp_path / "other", version="1.0.0", card={"metrics": {"accuracy": 0.1, "n": 1}})

    with pytest.raises(Conflict, match="version of its own"):
        register_model(actor=None, directory=other)


def test_an_altered_directory_is_not_registered(bundle_dir):
    (bundle_dir / "head.npz").write_bytes(b"x")

    with pytest.raises(Unprocessable, match=r"head\.npz"):
        register_model(actor=None, directory=bundle_dir)
    assert not ModelVersion.objects.exists()


def test_promotion_keeps_who_why_and_on_what(version, ines):
    promote_model(actor=ines, version=version, reason="Validated on our smears.")

    version.refresh_from_db()
    assert (version.state, version.promoted_by, version.reason) == ("active", ines, "Validated on our smears.")
    assert version.evaluation == EVALUATION
    event = AuditEvent.objects.filter(action="model_change").latest("id")
    assert (event.actor_id, event.reason, event.after) == (
        ines.pk,
        "Validated on our smears.",
        {"active": "tiny 1.0.0"},
    )


def test_promotion_retires_the_model_before_it(active, newer):
    promote_model(actor=None, version=newer, reason="Better.")

    active.refresh_from_db()
    assert active.state == "retired"
    assert ModelVersion.objects.active() == newer


def test_a_model_without_an_evaluation_is_not_promoted(tmp_path):
    version, _ = register_model(actor=None, directory=tiny_bundle(tmp_path / "untested"))

    with pytest.raises(Unprocessable, match="evaluation"):
        promote_model(actor=None, version=version, reason="It looks fine.")


def test_an_evaluation_given_with_the_promotion_counts(tmp_path):
    version, _ = register_model(actor=None, directory=tiny_bundle(tmp_path / "untested"))

    promote_model(actor=None, version=version, reason="Measured.", evaluation={"accuracy": 0.97, "n": 400})

    assert ModelVersion.objects.active().evaluation == {"accuracy": 0.97, "n": 400}


def test_promotion_needs_a_reason(version):
    with pytest.raises(Unprocessable, match="why"):
        promote_model(actor=None, version=version, reason="  ")


def test_files_that_changed_since_registration_are_not_promoted(version, bundle_dir):
    (bundle_dir / "MODEL_CARD.md").write_text("Changed.")

    with pytest.raises(Unprocessable, match=r"MODEL_CARD\.md"):
        promote_model(actor=None, version=version, reason="Why not.")


@pytest.mark.parametrize("who", ["amina", "pavel", "olga", "sami"])
def test_only_administrators_decide(request, version, bundle_dir, who):
    actor = request.getfixturevalue(who)

    with pytest.raises(PermissionRefused):
        promote_model(actor=actor, version=version, reason="Mine.")
    with pytest.raises(PermissionRefused):
        register_model(actor=actor, directory=bundle_dir)
    with pytest.raises(PermissionRefused):
        rollback_model(actor=actor, reason="Mine.")


def test_rolling_back_returns_to_the_model_before(active, newer, ines):
    promote_model(actor=ines, version=newer, reason="Better.")

    version = rollback_model(actor=ines, reason="Monocytes are missed.")

    assert version == active
    assert ModelVersion.objects.active() == active
    assert ModelVersion.objects.get(pk=active.pk).reason == "Monocytes are missed."
    newer.refresh_from_db()
    assert newer.state == "retired"


def test_there_may_be_nothing_to_go_back_to(active):
    with pytest.raises(Conflict, match="no earlier model"):
        rollback_model(actor=None, reason="Just because.")


def test_the_database_holds_at_most_one_active_model(active, newer):
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelVersion.objects.filter(pk=newer.pk).update(
            state="active", promoted_at=active.promoted_at, reason="x", evaluation=EVALUATION
        )


def test_an_installation_activates_its_first_model(bundle_dir):
    ensured = ensure_model(directory=bundle_dir)

    assert ensured.active.state == "active"
    assert ensure_model(directory=bundle_dir).active == ensured.active


def test_an_installation_never_replaces_a_model_that_works(active, tmp_path):
    ensured = ensure_model(directory=evaluated_bundle(tmp_path / "shipped", version="3.0.0"))

    assert ensured.active == active
    assert ModelVersion.objects.get(version="3.0.0").state == "registered"


def test_an_upgrade_replaces_its_own_model_whose_files_are_gone(active, bundle_dir, tmp_path):
    bundle_dir.rename(tmp_path / "gone")

    ensured = ensure_model(directory=evaluated_bundle(tmp_path / "shipped", version="3.0.0"))

    assert ensured.active.version == "3.0.0"


def test_an_upgrade_leaves_a_model_somebody_chose(version, ines, bundle_dir, tmp_path):
    promote_model(actor=ines, version=version, reason="Ours.")
    bundle_dir.rename(tmp_path / "gone")

    ensured = ensure_model(directory=evaluated_bundle(tmp_path / "shipped", version="3.0.0"))

    assert ensured.active == version


def test_an_installation_without_a_model_says_so(tmp_path):
    ensured = ensure_model(directory=tmp_path / "none")

    assert ensured.active is None
    assert "no model folder" in ensured.sentence
