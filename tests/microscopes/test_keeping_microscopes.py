"""Administrators keep the microscopes of their laboratory and its clinics; every change is in the audit trail."""

from __future__ import annotations

import pytest

from audit.models import AuditEvent
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from microscopes.models import Microscope
from microscopes.services import add_microscope, change_microscope, reinstate_microscope, retire_microscope

pytestmark = pytest.mark.django_db


@pytest.fixture
def microscope(ines, riverside):
    return add_microscope(actor=ines, organisation=riverside, name="By the  window ", camera="Axiocam 305")


def events(microscope):
    return list(AuditEvent.objects.filter(object_id=str(microscope.pk)).order_by("id"))


def test_a_microscope_is_added_under_a_tidy_name_and_recorded(microscope, riverside, central):
    (event,) = events(microscope)

    assert (microscope.name, microscope.organisation) == ("By the window", riverside)
    assert (event.action, event.laboratory_id) == ("create", central.pk)
    assert event.after["name"] == "By the window"


@pytest.mark.parametrize("name", ["By the window", "by THE window"])
def test_a_name_is_given_once_in_an_organisation(microscope, ines, riverside, name):
    with pytest.raises(Conflict, match="already has a microscope"):
        add_microscope(actor=ines, organisation=riverside, name=name)


def test_another_organisation_may_use_the_name(microscope, ines, hilltop):
    assert add_microscope(actor=ines, organisation=hilltop, name="By the window").pk != microscope.pk


@pytest.mark.parametrize("wrong", [{"name": " "}, {"typed_um_per_px": -1.0}, {"objective": 500}, {"stain": "ink"}])
def test_impossible_values_are_refused(ines, riverside, wrong):
    with pytest.raises(Unprocessable):
        add_microscope(actor=ines, organisation=riverside, **{"name": "New", **wrong})
    assert not Microscope.objects.exists()


def test_who_does_not_administer_is_refused_and_the_refusal_recorded(amina, pavel, riverside, microscope):
    for actor in (amina, pavel):
        with pytest.raises(PermissionRefused):
            add_microscope(actor=actor, organisation=riverside, name="Mine")
        with pytest.raises(PermissionRefused):
            retire_microscope(actor=actor, microscope=microscope)
    assert AuditEvent.objects.filter(outcome="denied", object_type="microscopes.microscope").count() == 4


def test_the_administrator_of_another_laboratory_finds_nothing(petra, riverside, microscope):
    with pytest.raises(NotFound):
        add_microscope(actor=petra, organisation=riverside, name="Theirs")
    with pytest.raises(NotFound):
        change_microscope(actor=petra, microscope=microscope, name="Theirs")


def test_a_change_keeps_what_was_before_and_no_text_of_the_notes(ines, microscope):
    change_microscope(actor=ines, microscope=microscope, objective=50, notes="Ask Ms Sample for the key.")

    event = events(microscope)[-1]
    assert (event.action, event.before["objective"], event.after["objective"]) == ("configuration", None, 50)
    assert event.after["fields"] == ["notes"]
    assert "Sample" not in str(event.after)


def test_a_change_of_nothing_writes_no_event(ines, microscope):
    change_microscope(actor=ines, microscope=microscope, camera="Axiocam 305")

    assert len(events(microscope)) == 1


def test_a_retired_microscope_comes_back(ines, microscope):
    retire_microscope(actor=ines, microscope=microscope)
    assert not Microscope.objects.in_use().exists()

    reinstate_microscope(actor=ines, microscope=microscope)
    assert Microscope.objects.in_use().get() == microscope
    assert [event.after.get("is_active") for event in events(microscope)[1:]] == [False, True]


def test_each_sees_the_microscopes_of_their_places(microscope, amina, bora, pavel, olga, nadia, sami, root):
    def seen(user):
        return microscope in Microscope.objects.visible_to(user)

    assert [seen(user) for user in (amina, pavel, olga, root)] == [True] * 4
    assert [seen(user) for user in (bora, nadia, sami)] == [False] * 3
