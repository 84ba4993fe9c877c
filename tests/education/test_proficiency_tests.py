"""A test given to a laboratory: sealed for everybody until it closes, then a report per person and for the laboratory."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.models import Action, AuditEvent
from education.models import Assignment, Attempt, SetState, Source, TeachingSet
from education.selectors.proficiency import proficiency_test, score_of
from education.services.answers import answer_item, show_next
from education.services.attempts import start_attempt
from education.services.exporting import export_set
from education.services.proficiency import give_test
from education.services.questions import askable
from education.services.teaching_sets import change_set
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from notices.models import Notification
from tests.factories.teaching import teaching_cell, teaching_set
from tests.people import clinic, laboratory, person

pytestmark = pytest.mark.django_db
SOON = timedelta(days=1)


@pytest.fixture
def central():
    return laboratory("central-laboratory")


@pytest.fixture
def pavel(central):
    return person("Pavel", Role.PATHOLOGIST, central)


@pytest.fixture
def people(central):
    return [person(name, Role.STUDENT, central) for name in ("Ann", "Ben", "Cleo", "Dan", "Eve")]


@pytest.fixture
def cells():
    return teaching_set(*(teaching_cell(code) for code in ["monocyte"] * 2 + ["lymphocyte"] * 2), title="Two classes")


@pytest.fixture
def give(pavel, cells, people):
    def given(**changed):
        asked = {"actor": pavel, "teaching_set": cells, "people": people, "due_at": timezone.now() + SOON}
        return give_test(**{**asked, **changed})

    return given


def answer(student, teaching_set, call):
    """Answer everything, a class as `call` says."""
    attempt = start_attempt(actor=student, teaching_set=teaching_set)
    while True:
        _, item = show_next(actor=student, attempt=attempt.pk)
        if item is None:
            return attempt
        answer_item(actor=student, attempt=attempt.pk, position=item.position, label=call(item.cell.cell_class))


def right(true):
    return true


def monocytes_only(_true):
    return "monocyte"


def close(assignments):
    Assignment.objects.filter(pk__in=[each.pk for each in assignments]).update(due_at=timezone.now())


def page_of(assignment, name="proficiency_test"):
    return reverse(f"education:{name}", args=[assignment.pk])


def test_it_is_on_record_and_told_to_who_takes_it(give, pavel, people, cells):
    given = give()
    events = AuditEvent.objects.filter(action=Action.CREATE, actor_id=pavel.pk, object_type="education.assignment")
    assert {(event.object_id, event.after["person"]) for event in events} == {
        (str(each.pk), str(each.person_id)) for each in given
    }
    told = Notification.objects.filter(user__in=people)
    assert {(each.user, each.path) for each in told} == {(each, f"/learn/sets/{cells.pk}/") for each in people}


def test_before_it_closes_it_is_seen_who_has_finished_and_not_how(client, pavel, give, people, cells):
    given = give()
    answer(people[0], cells, monocytes_only)
    start_attempt(actor=people[1], teaching_set=cells)
    client.force_login(pavel)
    page = client.get(page_of(given[0]))
    assert [(each.person.get_short_name(), each.state) for each in page.context["test"].people] == [
        ("Ann", "finished"), ("Ben", "running"), ("Cleo", "waiting"), ("Dan", "waiting"), ("Eve", "waiting"),
    ]  # fmt: skip
    assert page.context["score"] is None
    assert client.get(page_of(given[0], "proficiency_file")).status_code == 404


def test_the_report(client, pavel, give, people, cells):
    given = give()
    for student in people[:4]:
        answer(student, cells, right)
    answer(people[4], cells, monocytes_only)
    close(given)
    client.force_login(pavel)
    page = client.get(page_of(given[0]))
    lines = page.context["lines"]
    assert [(line.score.right.part, line.score.right.n, line.score.agreement.kappa) for line in lines] == [
        *[(4, 4, 1.0)] * 4, (2, 4, 0.0),
    ]  # fmt: skip
    sent = client.get(page_of(given[0], "proficiency_file"))
    rows = list(csv.DictReader(io.StringIO(sent.text)))
    assert [(row["person"], row["class"], row["count"]) for row in rows[-2:]] == [
        ("Eve Central", "lymphocyte", "0"), ("Eve Central", "monocyte", "4"),
    ]  # fmt: skip
    assert AuditEvent.objects.filter(action=Action.EXPORT, object_id=str(page.context["test"].pk)).count() == 1
    # Median 50 % of four cells: a binomial standard error of a quarter.
    assert rows[-1]["z"] == "2.0000"


def test_once_it_is_told_its_result_offers_nothing_that_is_refused(client, give, people, cells):
    given = give()
    answer(people[0], cells, monocytes_only)
    close(given)
    client.force_login(people[0])
    page = client.get(reverse("education:result", args=[Attempt.objects.get().pk]))
    assert (len(page.context["mistakes"]), "wrong-again" in page.text) == (2, False)


def test_of_four_people_no_z_is_shown(client, pavel, give, people, cells):
    given = give(people=people[:4])
    for student in people[:4]:
        answer(student, cells, right)
    close(given)
    client.force_login(pavel)
    page = client.get(page_of(given[0]))
    assert "fewer than 5 people" in page.text
    assert page.context["score"].kappa_of_people is None


def test_who_takes_it_answers_once(give, people, cells):
    give()
    answer(people[0], cells, right)
    with pytest.raises(Conflict, match="answered once"):
        start_attempt(actor=people[0], teaching_set=cells)


def test_after_it_closed_nobody_begins(give, people, cells):
    close(give())
    with pytest.raises(Conflict, match="closed on"):
        start_attempt(actor=people[0], teaching_set=cells)


def test_who_has_not_finished_counts_with_what_they_left_open(pavel, give, people, cells):
    given = give()
    attempt = start_attempt(actor=people[0], teaching_set=cells)
    show_next(actor=people[0], attempt=attempt.pk)
    answer_item(actor=people[0], attempt=attempt.pk, position=1, label=attempt.items.first().cell.cell_class)
    close(given)
    score = score_of(proficiency_test(pavel, given[0].pk), timezone.now())
    assert (score.people[0].right.part, score.people[0].right.n) == (1, 4)


def test_only_who_teaches_gives_one(give, people):
    with pytest.raises(PermissionRefused):
        give(actor=people[0])


def test_nobody_of_another_place_takes_it(give, central):
    for stranger in (
        person("Noor", Role.STUDENT, laboratory("northern-laboratory")),
        person("Amina", Role.UPLOADER, clinic("riverside-clinic", central)),
    ):
        with pytest.raises(NotFound):
            give(people=[stranger])


def test_who_knows_the_cells_does_not_take_it(give, people, cells):
    answer(people[2], cells, right)
    with pytest.raises(Conflict, match="1 of these people has answered this set before"):
        give()


def test_it_is_given_once(give, people):
    give(people=people[:1])
    with pytest.raises(Conflict, match="already"):
        give()


@pytest.mark.parametrize("changed", [{"people": []}, {"due_at": timezone.now() - SOON}], ids=["nobody", "past"])
def test_a_test_without_people_or_time(give, changed):
    with pytest.raises(Unprocessable):
        give(**changed)


def test_a_set_that_closes_before(give):
    TeachingSet.objects.update(state=SetState.DRAFT)
    with pytest.raises(Conflict):
        give()


def test_the_page_gives_one_and_says_what_is_missing(client, pavel, people, cells):
    client.force_login(pavel)
    address = reverse("education:proficiency_tests")
    assert client.post(address, {"teaching_set": cells.pk, "due_at": "2020-01-01T10:00"}).status_code == 422
    due = (timezone.now() + SOON).strftime("%Y-%m-%dT%H:%M")
    asked = {"teaching_set": cells.pk, "due_at": due, "people": [each.pk for each in people]}
    done = client.post(address, asked, follow=True)
    assert "Not begun" in done.text
    again = client.post(address, asked)
    assert (again.status_code, "already" in again.text) == (422, True)
    assert "0 of 5" in again.text


def test_a_set_is_chosen_by_its_title_in_the_language_of_the_page(client, pavel, cells, monkeypatch):
    monkeypatch.setattr(TeachingSet, "shown_title", "Deux classes")
    client.force_login(pavel)
    page = client.get(reverse("education:proficiency_tests")).text
    assert f'<option value="{cells.pk}">Deux classes</option>' in page


@pytest.mark.parametrize("closed", [False, True])
def test_a_page_asks_the_database_as_often_for_many_people(client, pavel, give, people, cells, closed):
    client.force_login(pavel)
    client.get(reverse("education:proficiency_tests"))
    statements = []
    for some in (people[:1], people[1:]):
        given = give(people=some, due_at=timezone.now() + SOON)
        for student in some:
            answer(student, cells, right)
        if closed:
            close(given)
        with CaptureQueriesContext(connection) as asked:
            client.get(page_of(given[0]))
        statements.append(len(asked))
    assert statements[0] == statements[1]


def test_who_does_not_teach_finds_no_tests(client, people, give):
    given = give()
    client.force_login(people[0])
    assert client.get(reverse("education:proficiency_tests")).status_code == 404
    assert client.get(page_of(given[0])).status_code == 404


def test_a_teacher_who_takes_a_test_reads_no_answer_of_it_until_it_closes(client, pavel, central):
    listed = [teaching_cell(code, laboratory=central, source=Source.OWN) for code in ("monocyte", "lymphocyte")]
    tested, other = (teaching_set(*listed, laboratory=central) for _ in range(2))
    given = give_test(actor=pavel, teaching_set=tested, people=[pavel], due_at=timezone.now() + SOON)
    client.force_login(pavel)
    cells = reverse("education:set_cells", args=[tested.pk]) + "?class=monocyte"
    own, others = (reverse("education:teaching_set", args=[each.pk]) for each in (tested, other))
    material = reverse("education:material")
    cell_page = reverse("education:cell", args=[listed[0].pk])
    elsewhere = reverse("education:set_cells", args=[other.pk]) + "?class=monocyte"

    def told():
        return [
            client.get(cells).status_code,
            len(client.get(own).context["preview"]),
            len(client.get(others).context["preview"]),
            len(client.get(elsewhere).context["cells"]),
            len(client.get(material).context["rows"]),
            client.get(cell_page).status_code,
        ]

    assert told() == [403, 0, 0, 0, 0, 404]
    assert "You take this set as a proficiency test." in client.get(own).text
    close(given)
    assert told() == [200, 2, 2, 1, 2, 200]


def test_a_teacher_who_takes_a_test_exports_none_of_its_cells(pavel, give, cells):
    given = give(people=[pavel])
    overlapping = teaching_set(cells.listed.first().cell, teaching_cell())
    for each in (cells, overlapping):
        with pytest.raises(Conflict, match="owe answers"):
            export_set(actor=pavel, teaching_set=each.pk)
    close(given)
    export_set(actor=pavel, teaching_set=cells.pk).close()


def test_a_quiz_asks_nothing_that_a_sealed_test_asks(people, give, cells):
    free = teaching_cell()
    quiz = teaching_set(*(each.cell for each in cells.listed.all()), free)
    given = give(people=people[:1])
    assert set(askable(quiz, people[0])) == {free}
    answer(people[0], cells, right)
    assert set(askable(quiz, people[0])) == {free}
    assert askable(quiz, people[1]).count() == 5
    close(given)
    assert askable(quiz, people[0]).count() == 5


def test_a_set_that_asks_wrong_ones_again_is_no_test(pavel, central, give):
    made = teaching_set(laboratory=central, adaptive=True)
    with pytest.raises(Conflict, match="Choose another set"):
        give(teaching_set=made)
    with pytest.raises(Unprocessable, match="tells after every answer"):
        change_set(actor=pavel, pk=made.pk, columns={"feedback": "at_end"})
    made = teaching_set(teaching_cell(), laboratory=central)
    give(teaching_set=made)
    with pytest.raises(Unprocessable, match="no proficiency test"):
        change_set(actor=pavel, pk=made.pk, columns={"adaptive": True})


def test_a_set_that_draws_other_cells_for_everybody_is_no_test(client, pavel, central, give):
    teaching_cell()
    drawn = teaching_set(laboratory=central, title="Drawn anew")
    with pytest.raises(Conflict, match="a list of cells"):
        give(teaching_set=drawn)
    client.force_login(pavel)
    assert "Drawn anew" not in client.get(reverse("education:proficiency_tests")).text
