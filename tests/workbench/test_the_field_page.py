"""A field without its script: the table says of every cell what the viewer would."""

from django.db import connection

from cases.models import Cell
from classifier.models import Prediction
from tests.append_only import triggers_lifted
from tests.factories.analysed_cases import analysed_case
from tests.factories.drawn_images import drawn_images
from tests.pages import text


def test_the_table_says_which_class_the_score_of_an_unidentified_cell_is_of(client, riverside, amina, pavel):
    case = analysed_case(riverside, images=drawn_images(), created_by=amina)
    cell = Cell.objects.filter(image__case=case).order_by("ordinal").first()
    Cell.objects.filter(pk=cell.pk).update(label="unidentified", score=0.958)
    with triggers_lifted(connection):
        Prediction.objects.filter(cell=cell).update(label="monocyte", score=0.958, identified=False)
    client.force_login(pavel)
    page = text(client.get(f"/images/{cell.image_id}/"))
    assert f'<td>{cell.ordinal}</td> <td>Unidentified</td> <td class="num"> Monocyte 95.8 % </td>' in page
