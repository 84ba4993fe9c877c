"""The atlas shows cells with their class, except those that somebody is being asked; people talk about each of them."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.models import Action, AuditEvent
from education.models import (
    Assignment,
    Feedback,
    MaterialState,
    Source,
    TeachingCaption,
    TeachingComment,
    TeachingSet,
    Truth,
)
from education.selectors.atlas import atlas_of, discussed_by
from education.services.answers import answer_item, show_next
from education.services.attempts import start_attempt
from education.services.discussion import COMMENTS_A_DAY, add_comment, hide_comment, set_caption
from hematovision.errors import NotFound, PermissionRefused, TooManyAttempts, Unprocessable
from tests.factories.teaching import teaching_cell, teaching_field, teaching_set
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def monocyte():
    return teaching_cell("monocyte")


@pytest.fixture
def pages(client, sami):
    client.force_login(sami)
    return client


def address_of(cell):
    return reverse("education:cell", args=[cell.pk])


def test_the_atlas_narrows_by_class_pair_stain_camera_difficulty_and_source(pages, central):
    cells = {
        "easy": teaching_cell("monocyte", stain="Wright", camera="A", asked=50, right=48),
        "hard": teaching_cell("lymphocyte", stain="Giemsa", camera="B", asked=50, right=10),
        "own": teaching_cell("platelet", laboratory=central, source=Source.OWN, licence="", credit=""),
    }

    def shown(query):
        text = pages.get(reverse("education:atlas") + query).text
        return {name for name, cell in cells.items() if f'href="{address_of(cell)}"' in text}

    assert shown("?class=monocyte") == {"easy"}
    assert shown("?pair=monocyte-lymphocyte") == {"easy", "hard"}
    assert shown("?stain=Giemsa") == {"hard"}
    assert shown("?camera=A") == {"easy"}
    assert shown("?difficulty=easy") == {"easy"}
    assert shown("?difficulty=hard") == {"hard"}
    assert shown("?difficulty=medium") == set()
    assert shown("?difficulty=unknown") == {"own"}
    assert shown("?source=own") == {"own"}
    assert shown("?class=monocyte&difficulty=hard") == set()
    assert shown("?class=nonsense&pair=nonsense") == set()


def test_a_class_of_the_laboratory_shows_the_cells_of_its_finer_ones(pages):
    band = teaching_cell("band")
    assert f'href="{address_of(band)}"' in pages.get(reverse("education:atlas") + "?class=neutrophil").text
    assert f'href="{address_of(band)}"' in pages.get(reverse("education:atlas_class", args=["neutrophil"])).text
    assert f'href="{address_of(band)}"' not in pages.get(reverse("education:atlas") + "?class=segmented").text


def test_every_picture_has_its_licence_and_credit(pages, monocyte):
    for address in (
        reverse("education:atlas"),
        reverse("education:atlas") + "?class=monocyte",
        reverse("education:atlas_class", args=["monocyte"]),
        reverse("education:compare") + f"?left={monocyte.pk}&right=monocyte",
        address_of(monocyte),
    ):
        text = " ".join(pages.get(address).text.split())
        assert text.count("Acevedo et al. 2020, CC BY 4.0") >= len(re.findall(r"<img[^>]*picture\.png", text)) > 0


def test_two_stand_side_by_side_with_how_to_tell_them_apart(pages, monocyte):
    text = pages.get(reverse("education:compare") + f"?left={monocyte.pk}&right=lymphocyte").text
    assert "How to tell them apart:" in text
    assert "Loose and lacy" in text
    assert "Dense, in smudged clumps" in text
    assert pages.get(reverse("education:compare") + "?left=nonsense").status_code == 404


def test_what_is_being_asked_is_not_told_by_the_atlas(pages, sami, monocyte):
    attempt = start_attempt(actor=sami, teaching_set=teaching_set(monocyte, teaching_cell("lymphocyte")))
    assert pages.get(address_of(monocyte)).status_code == 404
    assert not atlas_of(sami).filter(pk=monocyte.pk).exists()
    for position in (1, 2):
        show_next(actor=sami, attempt=attempt.pk)
        answer_item(actor=sami, attempt=attempt.pk, position=position, label="platelet")
    assert pages.get(address_of(monocyte)).status_code == 200


def test_the_numbers_of_the_atlas_do_not_tell_what_is_asked(pages, sami, monocyte):
    teaching_cell("monocyte")
    start_attempt(actor=sami, teaching_set=teaching_set(monocyte))
    shelves = pages.get(reverse("education:atlas")).context["shelves"]
    assert [shelf.cells for shelf in shelves if shelf.teaching_class.code == "monocyte"] == [2]
    assert pages.get(reverse("education:atlas_class", args=["monocyte"])).context["cells"] == 2


def test_what_is_sealed_is_not_told_by_the_atlas(sami, pavel, monocyte):
    quiz = teaching_set(monocyte, feedback=Feedback.NONE)
    TeachingSet.objects.filter(pk=quiz.pk).update(closes_at=timezone.now() + timedelta(days=1))
    Assignment.objects.create(teaching_set=quiz, person=sami, given_by=pavel)
    attempt = start_attempt(actor=sami, teaching_set=quiz)
    show_next(actor=sami, attempt=attempt.pk)
    answer_item(actor=sami, attempt=attempt.pk, position=1, label="platelet")
    assert not discussed_by(sami).filter(pk=monocyte.pk).exists()
    assert discussed_by(pavel).filter(pk=monocyte.pk).exists()


def test_of_a_cell_that_is_one_of_opinions_the_spread_is_shown(pages):
    voted = teaching_cell("monocyte", truth=Truth.VOTED, votes={"monocyte": 3, "atypical_lymphocyte": 1})
    text = " ".join(pages.get(address_of(voted)).text.split())
    assert "3 (75 %)" in text
    assert "1 (25 %)" in text
    published = teaching_cell("monocyte", votes={"monocyte": 3})
    assert "What people voted" not in pages.get(address_of(published)).text


def test_people_are_named_by_initials_and_role(pages, sami, monocyte):
    answer = pages.post(reverse("education:comment", args=[monocyte.pk]), {"text": "Why no lymphocyte?"}, follow=True)
    said = TeachingComment.objects.get()
    assert answer.redirect_chain == [(f"{address_of(monocyte)}#comment-{said.pk}", 302)]
    talk = answer.text.partition('id="h-talk"')[2]
    assert "Why no lymphocyte?" in talk
    assert ", Student" in talk
    assert sami.full_name not in talk


def test_the_talk_about_a_shared_cell_stays_in_the_laboratory(monocyte, sami, nadia):
    add_comment(actor=sami, cell=monocyte.pk, text="Ours")
    assert TeachingComment.objects.of_laboratory(sami).count() == 1
    assert TeachingComment.objects.of_laboratory(nadia).count() == 0
    with pytest.raises(NotFound):
        hide_comment(actor=nadia, comment=TeachingComment.objects.get().pk)


def test_a_hidden_comment_is_kept_for_teachers_and_on_record(client, pavel, sami, monocyte):
    said = add_comment(actor=sami, cell=monocyte.pk, text="Mrs. Smith has this")
    with pytest.raises(PermissionRefused):
        hide_comment(actor=sami, comment=said.pk)
    client.force_login(pavel)
    for _ in range(2):
        client.post(reverse("education:hide_comment", args=[said.pk]))
    assert "Mrs. Smith has this" in client.get(address_of(monocyte)).text
    client.force_login(sami)
    seen = client.get(address_of(monocyte)).text
    assert "Hidden by a teacher." in seen
    assert "Mrs. Smith has this" not in seen
    event = AuditEvent.objects.get(action=Action.UPDATE, object_id=str(said.pk), outcome="success")
    assert event.actor_id == pavel.pk
    assert "Smith" not in str(event.before) + str(event.after)


@pytest.mark.parametrize(("text", "sentence"), [("  ", "This field is required."), ("x" * 1001, "at most 1000")])
def test_a_refused_comment_says_why(pages, monocyte, text, sentence):
    answer = pages.post(reverse("education:comment", args=[monocyte.pk]), {"text": text})
    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_day_takes_sixty_comments(sami, monocyte):
    TeachingComment.objects.bulk_create(
        TeachingComment(cell=monocyte, by=sami, text="Again") for _ in range(COMMENTS_A_DAY)
    )
    with pytest.raises(TooManyAttempts):
        add_comment(actor=sami, cell=monocyte.pk, text="Once more")
    TeachingComment.objects.update(at=timezone.now() - timedelta(days=2))
    assert add_comment(actor=sami, cell=monocyte.pk, text="A day later").pk


def test_auditors_read_and_say_nothing(central, monocyte):
    with pytest.raises(PermissionRefused):
        add_comment(actor=person("Olga", Role.AUDITOR, central), cell=monocyte.pk, text="Hello")


def test_a_caption_with_arrows_is_written_without_scripts_and_the_newest_is_shown(client, pavel, sami, monocyte):
    client.force_login(pavel)
    address = reverse("education:caption", args=[monocyte.pk])
    client.post(address, {"text": "First"})
    arrow = {"arrow2_x1": 10, "arrow2_y1": 20, "arrow2_x2": 55, "arrow2_y2": 60}
    assert client.post(address, {"text": "Folded nucleus", **arrow}).status_code == 302
    client.force_login(sami)
    seen = client.get(address_of(monocyte)).text
    assert "Folded nucleus" in seen
    assert "First" not in seen
    assert re.search(r'x1="10\.0"\s+y1="20\.0"\s+x2="55\.0"\s+y2="60\.0"', seen)
    assert TeachingCaption.objects.count() == 2
    with pytest.raises(PermissionRefused):
        set_caption(actor=sami, cell=monocyte.pk, text="Mine", arrows=[])


@pytest.mark.parametrize(
    ("arrow", "sentence"),
    [
        ({"arrow1_x1": 10}, "Arrow 1 needs all four numbers, or none."),
        ({"arrow1_x1": 10, "arrow1_y1": 10, "arrow1_x2": 10, "arrow1_y2": 10}, "ends elsewhere than it begins"),
        ({"arrow1_x1": 10, "arrow1_y1": 10, "arrow1_x2": 101, "arrow1_y2": 10}, "less than or equal to 100"),
    ],
)
def test_a_refused_caption_says_why(client, pavel, monocyte, arrow, sentence):
    client.force_login(pavel)
    answer = client.post(reverse("education:caption", args=[monocyte.pk]), {"text": "", **arrow})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not TeachingCaption.objects.exists()


def test_a_picture_takes_four_arrows(pavel, monocyte):
    with pytest.raises(Unprocessable):
        set_caption(actor=pavel, cell=monocyte.pk, text="", arrows=[[0, 0, 1, 1]] * 5)


def test_a_recalled_cell_is_gone_with_its_talk(pages, sami, monocyte):
    add_comment(actor=sami, cell=monocyte.pk, text="Look at the folds")
    monocyte.picture = ""
    monocyte.state, monocyte.recalled_at = MaterialState.RECALLED, timezone.now()
    monocyte.save()
    assert pages.get(address_of(monocyte)).status_code == 404
    assert "Look at the folds" not in pages.get(reverse("education:atlas") + "?class=monocyte").text


def test_pages_ask_as_often_for_many_rows_as_for_few(pages, sami, monocyte):
    addresses = [
        reverse("education:atlas"),
        reverse("education:atlas") + "?pair=monocyte-lymphocyte",
        reverse("education:atlas_class", args=["monocyte"]),
        reverse("education:compare") + "?left=monocyte&right=lymphocyte",
        address_of(monocyte),
        reverse("education:fields"),
    ]

    def asked():
        with CaptureQueriesContext(connection) as captured:
            assert {pages.get(address).status_code for address in addresses} == {200}
        return len(captured)

    def fill(cells):
        for _ in range(cells):
            teaching_cell("monocyte")
            teaching_field("monocyte", "")
            add_comment(actor=sami, cell=monocyte.pk, text="And this?")

    fill(1)
    asked()  # warms what is asked once per process
    few = asked()
    fill(5)
    assert asked() == few


def test_a_field_shows_its_boxes_with_the_classes_that_are_known_its_scale_and_whom_it_is_from(pages):
    field = teaching_field("monocyte", "", stain="Giemsa", um_per_px=0.5)
    address = reverse("education:field", args=[field.pk])
    assert f'href="{reverse("education:fields")}"' in pages.get(reverse("education:atlas")).text
    listed = " ".join(pages.get(reverse("education:fields")).text.split())
    assert f'href="{address}"' in listed
    assert "2 cells boxed, 1 named" in listed
    page = " ".join(pages.get(address).text.split())
    assert f'href="{reverse("education:atlas_class", args=["monocyte"])}"' in page
    assert page.count('class="under" x="20" y="60" width="80" height="80"') == 1
    assert page.count("not named") == 1
    assert "Bar: 10 µm." in page
    assert 'width="20.0"' in page  # 10 µm
    assert "Giemsa" in page
    assert "Acevedo et al. 2020, CC BY 4.0" in page


def test_a_field_without_scale_or_boxes_says_so_and_no_field_too(pages):
    assert "No field yet" in pages.get(reverse("education:fields")).text
    page = pages.get(reverse("education:field", args=[teaching_field().pk])).text
    assert "The scale is not known." in page
    assert "No cell of this field is boxed." in page
