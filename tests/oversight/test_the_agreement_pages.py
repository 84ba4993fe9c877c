"""Agreement: what is compared, the filters, and that every figure leads to its cells."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import AuditEvent
from classifier.models import ModelState, ModelVersion, Prediction
from tests.factories.analysed_cases import PredictedCell, analysed_case
from tests.factories.cases import CellFactory
from tests.factories.specimens import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("version")]
PAGE = "/oversight/agreement/"
CELLS = "/oversight/agreement/cells/"
EXPORT = "/oversight/agreement/cells/export/"


@pytest.fixture
def read(riverside, hilltop, lakeside, pavel, nadia):
    """Two clinics of one laboratory, and one of another."""
    return {
        "riverside": analysed_case(
            riverside,
            [
                *["neutrophil"] * 6,
                PredictedCell("neutrophil", label="neutrophil", identified=False),
                *[PredictedCell("monocyte", label="neutrophil")] * 2,
                PredictedCell("platelet", excluded=True),
            ],
            state="signed",
            decided_by=pavel,
            camera="Basler ace",
            stain="giemsa",
        ),
        "hilltop": analysed_case(
            hilltop, ["monocyte"] * 3, state="signed", decided_by=pavel, decided_at=timezone.now() - timedelta(days=400)
        ),
        "lakeside": analysed_case(lakeside, ["basophil"] * 5, state="signed", decided_by=nadia),
    }


def found(client, **query):
    return client.get(PAGE, query).context["found"]


def behind(client, address):
    """The predictions behind a figure, which are as many as the page says."""
    page = client.get(address)
    predictions = [row["prediction"] for row in page.context["rows"]]
    assert page.context["page"].paginator.count == len(predictions)
    return predictions


def test_what_the_model_said_is_compared_with_what_reviewers_made_of_it(client, olga, read):
    client.force_login(olga)
    comparison = found(client)
    assert comparison.n == 12
    assert (comparison.agreement.k, comparison.agreement.n) == (10, 12)
    assert (comparison.unidentified.k, comparison.excluded.k) == (1, 1)
    assert {line.code: (line.sensitivity.k, line.sensitivity.n) for line in comparison.lines} == {
        "neutrophil": (7, 9),
        "monocyte": (3, 3),
    }


def test_another_laboratory_has_its_own_figures(client, timo, read):
    client.force_login(timo)
    assert [line.code for line in found(client).lines] == ["basophil"]
    assert found(client).n == 5


@pytest.mark.parametrize(
    ("query", "n"),
    [
        ({"stain": "giemsa"}, 9),
        ({"camera": "Basler ace"}, 9),
        ({"label": "monocyte"}, 3),
        ({"since": "2001-01-01"}, 12),
        ({"until": "2001-01-01"}, 0),
        ({"since": "2026-05-02", "until": "2026-05-01"}, 0),
        ({"stain": "no-such"}, 0),
        ({"clinic": "00000000-0000-4000-8000-000000000000"}, 0),
    ],
)
def test_filters_narrow_and_nonsense_finds_nothing(client, olga, read, query, n):
    client.force_login(olga)
    assert found(client, **query).n == n


def test_by_clinic_and_reviewer(client, olga, read, hilltop, pavel, sami):
    client.force_login(olga)
    assert found(client, clinic=hilltop.pk).n == 3
    assert found(client, reader=pavel.pk).n == 12
    assert found(client, reader=sami.pk).n == 0


def test_another_laboratorys_clinic_is_no_choice(client, olga, read, lakeside):
    client.force_login(olga)
    assert found(client, clinic=lakeside.pk).n == 0
    assert lakeside.name not in client.get(PAGE).content.decode()


def test_unsigned_cases_count_only_when_asked_for(client, olga, riverside, pavel):
    analysed_case(riverside, ["neutrophil"] * 4, decided_by=pavel)
    client.force_login(olga)
    assert found(client).n == 0
    assert found(client, cells="reviewed").n == 4


def test_cells_nobody_reviewed_do_not_count(client, olga, read):
    CellFactory(image=read["hilltop"].images.get(), label="neutrophil")
    client.force_login(olga)
    assert found(client).n == 12


def test_a_cell_analysed_by_two_models_counts_once_for_each(client, olga, read, version):
    """The figures are of the model in use unless another is chosen."""
    older = ModelVersion.objects.create(
        name="tiny",
        version="0",
        directory="x",
        card={},
        card_sha256="1" * 64,
        state=ModelState.RETIRED,
        promoted_at=NOON,
    )
    for prediction in Prediction.objects.filter(cell__image__case=read["hilltop"]):
        from classifier.models import Analysis

        analysis, _ = Analysis.objects.get_or_create(
            image=prediction.cell.image,
            model_version=older,
            defaults={"queued_at": NOON, "state": "queued"},
        )
        Prediction.objects.create(
            analysis=analysis,
            cell=prediction.cell,
            model_version=older,
            label="basophil",
            score=0.8,
            probabilities={},
            identified=True,
        )
    client.force_login(olga)
    assert found(client).n == 12
    assert found(client, model=older.pk).agreement.k == 0
    page = client.get(PAGE)
    by_model = next(table for table in page.context["breakdowns"] if table["code"] == "model")
    assert {row["group"].name: row["group"].comparison.n for row in by_model["rows"]} == {"tiny 1": 12, "tiny 0": 3}


def test_every_figure_leads_to_the_cells_behind_it(client, olga, read):
    client.force_login(olga)
    page = client.get(PAGE)
    by_name = {tile["name"]: tile["link"] for tile in page.context["tiles"]}
    assert len(behind(client, by_name["Agreement"])) == 2
    assert len(behind(client, by_name["Unidentified"])) == 1
    assert len(behind(client, by_name["Excluded"])) == 1
    assert len(behind(client, by_name["Agreement where named"])) == 12
    for row in page.context["lines"]:
        assert len(behind(client, row["link"])) == row["line"].sensitivity.n
        for answer in row["answers"]:
            if answer["count"]:
                assert len(behind(client, answer["link"])) == answer["count"]
    for table in page.context["breakdowns"]:
        for row in table["rows"]:
            if not row["link"]:
                assert row["group"].value == "", "only what was not given cannot be narrowed by"
                continue
            assert len(behind(client, row["link"])) == row["group"].comparison.n


def test_the_filter_in_use_goes_with_the_links(client, olga, read):
    client.force_login(olga)
    page = client.get(PAGE, {"stain": "giemsa"})
    assert all("stain=giemsa" in tile["link"] for tile in page.context["tiles"])
    assert len(behind(client, page.context["tiles"][0]["link"])) == 2


def test_the_export_says_model_final_who_when_and_model(client, olga, read, pavel):
    client.force_login(olga)
    response = client.get(EXPORT, {"final": "neutrophil", "answer": "monocyte"})
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert len(rows) == 2
    assert {(row["predicted class"], row["final class"], row["reviewed by"], row["model"]) for row in rows} == {
        ("monocyte", "neutrophil", pavel.full_name, "tiny 1")
    }
    assert all(row["reviewed at"] for row in rows)
    assert read["riverside"].patient.mrn not in str(rows)
    assert AuditEvent.objects.first().action == "export"


def test_the_export_holds_no_formula_of_whoever_named_the_camera(client, olga, riverside, pavel):
    analysed_case(
        riverside, ["neutrophil"], state="signed", decided_by=pavel, camera='=HYPERLINK("https://elsewhere.example")'
    )
    client.force_login(olga)
    (row,) = csv.DictReader(io.StringIO(b"".join(client.get(EXPORT).streaming_content).decode()))
    assert row["camera"] == '\'=HYPERLINK("https://elsewhere.example")'


def test_looking_is_recorded_with_the_filters(client, olga, read):
    client.force_login(olga)
    client.get(PAGE, {"stain": "giemsa"})
    event = AuditEvent.objects.first()
    assert (event.action, event.after) == ("view", {"agreement": {"stain": "giemsa"}, "n": 9})


def test_a_model_worse_than_its_card_is_an_alarm(client, olga, riverside, pavel):
    cells = ["neutrophil"] * 30 + [PredictedCell("monocyte", label="neutrophil")] * 30
    analysed_case(riverside, cells, state="signed", decided_by=pavel)
    client.force_login(olga)
    page = client.get(PAGE)
    assert page.context["verdict"] == "alarm"
    assert page.context["findings"][0].code == "neutrophil"
    assert "Alarm" in page.content.decode()


def test_a_card_without_figures_is_said_not_judged(client, olga, read, version):
    ModelVersion.objects.filter(pk=version.pk).update(card={})
    client.force_login(olga)
    page = client.get(PAGE)
    assert page.status_code == 200
    assert page.context["findings"] == []
    assert "holds no validation figures" in page.content.decode()


def test_no_model_and_no_cell_is_an_empty_page(client, olga):
    client.force_login(olga)
    assert "No cell has been reviewed yet" in client.get(PAGE).content.decode()
    assert client.get(CELLS).status_code == 200


def test_the_page_asks_the_database_the_same_however_many_cells(client, olga, read, riverside, pavel):
    client.force_login(olga)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        client.get(PAGE)
    analysed_case(riverside, ["neutrophil"] * 40, state="signed", decided_by=pavel, camera="another")
    with CaptureQueriesContext(connection) as many:
        client.get(PAGE)
    assert len(many) == len(few)


@pytest.mark.parametrize("who", ["amina", "pavel", "sami"])
@pytest.mark.parametrize("address", [PAGE, CELLS, EXPORT])
def test_it_is_for_those_who_oversee(client, request, who, address):
    client.force_login(request.getfixturevalue(who))
    assert client.get(address).status_code == 403


def test_a_pathologist_sees_their_own_and_nobody_elses(client, central, pavel, read, riverside):
    from accounts.models import Role
    from tests.people import person

    other = person("Quinn", Role.PATHOLOGIST, central)
    analysed_case(riverside, [PredictedCell("monocyte", label="neutrophil")] * 8, state="signed", decided_by=other)
    client.force_login(pavel)
    page = client.get("/review/my-agreement/")
    assert page.context["found"].n == 12
    assert page.context["everybody"].n == 20
    assert other.full_name not in page.content.decode()
    shown = client.get("/review/my-agreement/cells/", {"reader": str(other.pk)}).context["rows"]
    assert {row["cell"].decided_by_id for row in shown} == {pavel.pk}


@pytest.mark.parametrize("who", ["amina", "olga", "ines", "sami"])
def test_my_agreement_is_for_those_who_read(client, request, who):
    client.force_login(request.getfixturevalue(who))
    assert client.get("/review/my-agreement/").status_code == 403
