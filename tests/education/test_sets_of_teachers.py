"""Sets that teachers make: what they ask is fixed from the first attempt on."""

from __future__ import annotations

import pytest

from accounts.models import Role
from audit.models import Action, AuditEvent
from education.models import SetState, TeachingCell, TeachingSet
from education.services.attempts import start_attempt
from education.services.questions import askable
from education.services.teaching_sets import change_set, close_set, list_cells, make_set, open_set
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from tests.factories.teaching import teaching_cell
from tests.people import laboratory, person

pytestmark = pytest.mark.django_db
OPEN = {"truth": "published", "source": "own", "state": "open"}


@pytest.fixture
def cells():
    return [teaching_cell(code) for code in ("monocyte", "monocyte", "lymphocyte", "band")]


@pytest.fixture
def made(pavel, cells):
    return make_set(actor=pavel, columns={"title": "Two", "classes": ["monocyte", "lymphocyte"]})


def test_a_draft_is_opened_once_and_on_record(pavel, made):
    assert made.state == SetState.DRAFT
    open_set(actor=pavel, pk=made.pk)
    event = AuditEvent.objects.filter(action=Action.TRANSITION).get()
    assert (event.object_id, event.after) == (str(made.pk), {"state": "open"})
    with pytest.raises(Conflict, match="already"):
        open_set(actor=pavel, pk=made.pk)
    assert close_set(actor=pavel, pk=made.pk).state == SetState.CLOSED
    with pytest.raises(Conflict, match="closed"):
        change_set(actor=pavel, pk=made.pk, columns={"title": "Three"})


def test_what_an_answered_set_asks_stays(pavel, made):
    open_set(actor=pavel, pk=made.pk)
    change_set(actor=pavel, pk=made.pk, columns={"length": 10})
    made.refresh_from_db()
    start_attempt(actor=pavel, teaching_set=made)
    with pytest.raises(Conflict, match="stays as it is"):
        change_set(actor=pavel, pk=made.pk, columns={"title": "New", "length": 20})
    with pytest.raises(Conflict, match="stay as they are"):
        list_cells(actor=pavel, pk=made.pk, chosen=[], shown=[])
    changed = change_set(actor=pavel, pk=made.pk, columns={"title": "New", "length": 10})
    assert (changed.title, changed.length) == ("New", 10)


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"classes": ["monocyte"]}, "two classes"),
        ({"classes": ["band", "monocyte"]}, "finer"),
        ({"classes": ["neutrophil", "band"], "finer": True}, "finer"),
        ({"length": 4}, "5"),
        ({"title": ""}, "blank"),
        ({"certificate": True, "length": 99}, "at least 100 cells; this set asks 99"),
        ({"certificate": True, "length": 100, "adaptive": True}, "adaptive set .* no certificate"),
    ],
    ids=["one-class", "finer-class", "divided-class", "too-short", "no-title", "certificate", "adaptive-certificate"],
)
def test_sets_that_ask_nothing_sensible(pavel, made, columns, sentence):
    with pytest.raises(Unprocessable, match=sentence):
        change_set(actor=pavel, pk=made.pk, columns=columns)


def test_a_set_without_cells_is_not_opened(pavel, cells):
    empty = make_set(actor=pavel, columns={"title": "None", "classes": ["basophil", "eosinophil"]})
    with pytest.raises(Conflict, match="no cell"):
        open_set(actor=pavel, pk=empty.pk)


def test_a_set_whose_certificate_nobody_could_have_is_not_opened(client, pavel, cells):
    def many(code, number):
        picture = cells[0].picture.name
        rows = [TeachingCell(cell_class=code, picture=picture, pixel_hash=f"{code}{n}", **OPEN) for n in range(number)]
        return [cell.pk for cell in TeachingCell.objects.bulk_create(rows)]

    columns = {"title": "Hundred", "classes": ["monocyte", "lymphocyte"], "length": 100, "certificate": True}
    made = make_set(actor=pavel, columns=columns)
    with pytest.raises(Unprocessable, match="this set asks 3"):
        open_set(actor=pavel, pk=made.pk)
    assert TeachingSet.objects.get(pk=made.pk).state == SetState.DRAFT
    chosen = many("monocyte", 110)
    with pytest.raises(Unprocessable, match="fewer of: Lymphocyte"):
        open_set(actor=pavel, pk=made.pk)
    chosen += many("lymphocyte", 8)
    list_cells(actor=pavel, pk=made.pk, chosen=chosen, shown=chosen)
    open_set(actor=pavel, pk=made.pk)
    with pytest.raises(Unprocessable, match="this set asks 98"):
        list_cells(actor=pavel, pk=made.pk, chosen=chosen[20:], shown=chosen)

    client.force_login(pavel)
    given = {"title": "Short", "length": 40, "feedback": "at_end", "certificate": "on"}
    page = client.post("/learn/teach/sets/new/", given)
    assert (page.status_code, "at least 100 cells; this set asks 40" in page.text) == (422, True)


def test_listed_cells_are_those_of_the_pages_that_were_saved(pavel, made, cells):
    first, second, third, _band = cells
    list_cells(actor=pavel, pk=made.pk, chosen=[first.pk, second.pk], shown=[first.pk, second.pk])
    list_cells(actor=pavel, pk=made.pk, chosen=[third.pk], shown=[third.pk])
    list_cells(actor=pavel, pk=made.pk, chosen=[second.pk], shown=[first.pk, second.pk])
    assert set(askable(made, pavel)) == {second, third}
    foreign = teaching_cell(laboratory=laboratory("northern-laboratory"), source="own")
    with pytest.raises(Unprocessable):
        list_cells(actor=pavel, pk=made.pk, chosen=[foreign.pk], shown=[])


def test_only_teachers_of_the_laboratory(made, central):
    nadia = person("Nadia", Role.PATHOLOGIST, laboratory("northern-laboratory"))
    with pytest.raises(NotFound):
        open_set(actor=nadia, pk=made.pk)
    with pytest.raises(PermissionRefused):
        make_set(actor=person("Ann", Role.STUDENT, central), columns={"title": "Mine"})
