"""The pages of teachers: what a class knows, and how a set is made of it."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.models import Action, AuditEvent
from education.models import Assignment, AssignmentKind, TeachingSet
from education.selectors.student_groups import figures_of
from education.services.student_groups import enter, make_group
from tests.education.test_proficiency_tests import answer, monocytes_only, right
from tests.factories.teaching import teaching_cell, teaching_set
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(central):
    return [person(name, Role.STUDENT, central) for name in ("Ann", "Ben", "Cleo", "Dan", "Eve")]


@pytest.fixture
def group(pavel, people):
    made = make_group(actor=pavel, name="Spring")
    enter(made, people)
    return made


@pytest.fixture
def cells():
    return teaching_set(*(teaching_cell(code) for code in ["monocyte"] * 10 + ["lymphocyte"] * 10), title="Twenty")


@pytest.fixture
def page(client, pavel):
    client.force_login(pavel)

    def opened(name, *args, **query):
        return client.get(reverse(f"education:{name}", args=args), query)

    return opened


def test_a_class_beside_its_people(page, group, people, cells):
    for student in people[:4]:
        answer(student, cells, right)
    answer(people[4], cells, monocytes_only)
    shown = page("class", group.pk)
    figures = shown.context["figures"]
    assert [(each.right.part, each.right.n, each.kappa.kappa, each.attempts) for each in figures.members] == [
        *[(20, 20, 1.0, 1)] * 4, (10, 20, 0.0, 1),
    ]  # fmt: skip
    assert (figures.right.median, figures.kappa.median) == (1.0, 1.0)
    assert [field.level for field in shown.context["lines"][4].fields] == ["low", "high"]
    pair = shown.context["mixed_up"][0]
    assert (pair.true.code, pair.taken_for.code, pair.confusion.times) == ("lymphocyte", "monocyte", 10)
    form = page("new_set", classes=["lymphocyte", "monocyte"]).context["form"]
    assert pair.address.endswith("?classes=lymphocyte&classes=monocyte")
    assert form.initial["classes"] == ["lymphocyte", "monocyte"]


def test_a_class_asks_the_database_as_often_for_many_people_as_for_few(page, group, people, cells):
    answer(people[0], cells, right)

    def asked():
        with CaptureQueriesContext(connection) as captured:
            assert page("class", group.pk).status_code == 200
        return len(captured)

    asked()
    few = asked()
    for student in people[1:]:
        answer(student, cells, right)
    assert asked() == few


def test_of_four_people_no_median_is_shown(page, group, people, cells):
    for student in people[:4]:
        answer(student, cells, right)
    assert page("class", group.pk).context["figures"].right is None


def test_what_somebody_answered_before_they_came_in_stays_theirs(page, pavel, central, cells):
    zoe = person("Zoe", Role.STUDENT, central)
    answer(zoe, cells, right)
    late = make_group(actor=pavel, name="Late")
    enter(late, [zoe])
    (figures,) = figures_of(late, timezone.now()).members
    assert (figures.right.n, figures.attempts, figures.last_active) == (0, 0, None)
    shown = page("student", zoe.pk)
    assert (shown.context["attempts"], shown.context["answers"]) == ([], 0)
    answer(zoe, teaching_set(teaching_cell("monocyte")), right)
    assert figures_of(late, timezone.now()).members[0].right.n == 1


def test_sealed_answers_are_sealed_for_teachers_too(group, people, pavel, cells):
    Assignment.objects.create(
        teaching_set=cells,
        kind=AssignmentKind.PROFICIENCY,
        person=people[0],
        given_by=pavel,
        due_at=timezone.now() + timedelta(days=1),
    )
    answer(people[0], cells, right)
    assert figures_of(group, timezone.now()).members[0].right.n == 0


def test_the_file_has_no_formula_and_is_on_record(page, group, people, cells):
    people[0].full_name = "=HYPERLINK(1)"
    people[0].save()
    answer(people[0], cells, right)
    sent = page("class_file", group.pk)
    rows = list(csv.DictReader(io.StringIO(sent.text)))
    named = next(row for row in rows if row["answers"] == "20")
    assert (named["name"], named["right"], named["monocyte_asked"]) == ("'=HYPERLINK(1)", "20", "10")
    assert AuditEvent.objects.filter(action=Action.EXPORT, object_id=str(group.pk)).exists()


def test_one_student(page, group, people, cells, central):
    answer(people[4], cells, monocytes_only)
    shown = page("student", people[4].pk)
    assert [(each.teaching_set, told) for each, told in shown.context["attempts"]] == [(cells, 10)]
    assert page("student", person("Colleague", Role.PATHOLOGIST, central).pk).status_code == 404


def test_a_set_is_made_opened_and_given(client, page, group, people, cells):
    first = page("teach")
    assert "No set of your own yet" in first.text
    asked = {"title": "Two", "classes": ["monocyte", "lymphocyte"], "length": 6, "feedback": "at_end", "repeats": "on"}
    made = client.post(reverse("education:new_set"), asked, follow=True)
    new = TeachingSet.objects.get(title="Two")
    assert (len(made.context["preview"]), new.for_everybody, new.state) == (6, False, "draft")
    client.post(reverse("education:open_set", args=[new.pk]))
    give = reverse("education:give_set", args=[new.pk])
    assert client.post(give, {}).status_code == 422
    given = client.post(give, {"group": group.pk}, follow=True)
    assert "0 of 5" in given.text
    client.force_login(people[0])
    assert "Two" in page_of_learning(client)
    assert client.get(reverse("education:teach")).status_code == 404


def page_of_learning(client):
    return client.get(reverse("education:home")).text


def test_an_answered_set_shows_what_may_still_change(client, page, pavel, people):
    mine = teaching_set(teaching_cell("monocyte"), laboratory=pavel.organisation, title="Mine")
    answer(people[0], mine, right)
    form = page("edit_set", mine.pk).context["form"]
    assert list(form.fields) == ["title", "about", "closes_at"]
    changed = client.post(reverse("education:edit_set", args=[mine.pk]), {"title": "Yours"}, follow=True)
    assert changed.context["set"].title == "Yours"


def test_a_list_as_a_file_is_shown_before_it_is_taken(client, page, group, people):
    address = reverse("education:class_list", args=[group.pk])
    file = SimpleUploadedFile("list.csv", "Zoé,zoe@x.example\nAnn,ann".encode())
    shown = client.post(address, {"file": file})
    assert [row.fate for row in shown.context["rows"]] == ["invited", "refused"]
    assert "1 line has an error" in shown.text
    for encoding in ("latin-1", "utf-16-le"):
        broken = client.post(address, {"file": SimpleUploadedFile("list.csv", "Zoé,zoe@x.example".encode(encoding))})
        assert (broken.status_code, "UTF-8" in broken.text) == (422, True), encoding
    taken = client.post(address, {"text": "Zoé,zoe@x.example", "send": "1"}, follow=True)
    assert ("1 are being invited" in taken.text, "zoe@x.example" in taken.text) == (True, True)


def test_joining_says_what_is_wrong_and_where_one_is(client, page, pavel, group, central):
    code = client.post(reverse("education:class_code", args=[group.pk]), follow=True).context["code"].code
    client.force_login(person("Zoe", Role.STUDENT, central))
    address = reverse("education:join")
    assert client.post(address, {"code": "ABCDEFGH"}).status_code == 422
    assert "Spring" in client.post(address, {"code": code}, follow=True).text
    leave = reverse("education:leave_class", args=[group.pk])
    assert "Leave Spring" in client.get(address).text
    left = client.post(leave, follow=True)
    assert ("not in the class Spring any more" in left.text, "Leave Spring" in left.text) == (True, False)
    assert client.post(leave).status_code == 404
    assert client.get(reverse("education:class", args=[group.pk])).status_code == 404
