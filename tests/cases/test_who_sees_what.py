"""Two laboratories, three clinics, every role: which cases, patients, images and cells each may see."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import Role
from cases.models import Case, Cell, Patient, SmearImage
from tests.factories.cases import CaseFactory, CellFactory, EveryState, SmearImageFactory
from tests.people import person

pytestmark = pytest.mark.django_db

SIGNED = {"signed", "delivered", "corrected", "appended"}


@pytest.fixture
def world(riverside, hilltop, lakeside):
    """A draft, a submitted and a signed case at each clinic, each with one image and one cell."""
    for clinic in (riverside, hilltop, lakeside):
        for trait in ({}, {"submitted": True}, {"signed": True}):
            case = CaseFactory(clinic=clinic, **trait)
            CellFactory(image=SmearImageFactory(case=case, analysed=True))


A, B, C = "riverside-clinic", "hilltop-clinic", "lakeside-clinic"
ALL = {"draft", "submitted", "signed"}
SENT = {"submitted", "signed"}
MATRIX = [
    # who, the cases they see, the states in which they see cells
    ("amina", {A: ALL}, {"signed"}),
    ("bora", {B: ALL}, {"signed"}),
    ("lars", {C: ALL}, {"signed"}),
    ("pavel", {A: SENT, B: SENT}, SENT),
    ("nadia", {C: SENT}, SENT),
    ("ines", {A: ALL, B: ALL}, ALL),
    ("olga", {A: ALL, B: ALL}, ALL),
    ("petra", {C: ALL}, ALL),
    ("timo", {C: ALL}, ALL),
    ("sami", {}, set()),
    ("root", {}, set()),
]


@pytest.mark.parametrize(("who", "cases", "with_cells"), MATRIX, ids=[row[0] for row in MATRIX])
def test_each_sees_their_own(request, world, who, cases, with_cells):
    user = request.getfixturevalue(who)
    wanted = {(clinic, state) for clinic, states in cases.items() for state in states}
    assert set(Case.objects.visible_to(user).values_list("clinic__slug", "state")) == wanted
    images = SmearImage.objects.visible_to(user)
    assert set(images.values_list("case__clinic__slug", "case__state")) == wanted
    cells = Cell.objects.visible_to(user)
    assert set(cells.values_list("image__case__clinic__slug", "image__case__state")) == {
        (clinic, state) for clinic, state in wanted if state in with_cells
    }
    patients = set(Patient.objects.visible_to(user).values_list("organisation__slug", flat=True))
    assert patients == set(cases)
    assert set(Patient.objects.filter(cases__in=Case.objects.visible_to(user))) <= set(Patient.objects.visible_to(user))


def test_nobody_sees_nothing(world):
    for model in (Case, SmearImage, Cell, Patient):
        assert not model.objects.visible_to(AnonymousUser()).exists()


def test_somebody_switched_off_sees_nothing(world, amina):
    amina.is_active = False
    assert not Case.objects.visible_to(amina).exists()


def test_people_of_a_closed_organisation_see_nothing(world, amina):
    amina.organisation.is_active = False
    assert not Case.objects.visible_to(amina).exists()


def test_a_pathologist_sees_what_their_laboratory_entered(world, pavel, central):
    own = CaseFactory(clinic=central, created_by=pavel)
    assert own in Case.objects.visible_to(pavel)


def test_a_cancelled_draft_never_reaches_the_laboratory(pavel, riverside):
    CaseFactory(clinic=riverside, cancelled=True)
    assert not Case.objects.visible_to(pavel).exists()


def test_uploaders_see_cells_of_every_signed_state_only(amina):
    for case in EveryState.build(amina.organisation).values():
        CellFactory(image=SmearImageFactory(case=case, analysed=True))
    assert set(Cell.objects.visible_to(amina).values_list("image__case__state", flat=True)) == SIGNED


def test_an_installation_may_show_uploaders_the_model(world, amina, settings):
    settings.HIDE_AI_FROM_UPLOADERS = False
    assert set(Cell.objects.visible_to(amina).values_list("image__case__state", flat=True)) == ALL


@pytest.mark.parametrize(
    ("scopes", "states"), [({"cases:read"}, {"signed"}), ({"cases:read", "predictions:read"}, ALL)]
)
def test_a_client_sees_cells_by_its_scopes(world, riverside, scopes, states):
    client = person("lis", Role.SERVICE, riverside)
    client.token_scopes = frozenset(scopes)
    assert set(Case.objects.visible_to(client).values_list("clinic__slug", flat=True)) == {A}
    assert set(Cell.objects.visible_to(client).values_list("image__case__state", flat=True)) == states


def test_a_laboratorys_client_sees_what_was_submitted(world, central):
    client = person("lis", Role.SERVICE, central)
    client.token_scopes = frozenset({"cases:read"})
    assert set(Case.objects.visible_to(client).values_list("clinic__slug", "state")) == {
        (clinic, state) for clinic in (A, B) for state in SENT
    }
