"""A mapping is changed table by table, typed or as a file; every version stays and can be compared."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from integrations.mapping_files import UnreadableTableError, read_table, table_lines
from integrations.mapping_rows import default_rows
from integrations.models import Mapping
from integrations.services.mappings import create_mapping

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, ines, central):
    """The address of a mapping; ines is signed in."""
    client.force_login(ines)
    client.post("/integrations/mappings/new/", {"name": "Codes"})
    return f"/integrations/mappings/{Mapping.objects.get().pk}/"


def versions():
    return list(Mapping.objects.get().versions.order_by("number"))


def test_a_row_is_typed_and_compared(client, page, riverside):
    asked = client.get(f"{page}edit/authorities/")
    assert "Riverside Clinic" in asked.content.decode()
    answer = client.post(
        f"{page}edit/authorities/",
        {"seen": 1, "note": "Riverside", "row-0-authority": "RIVER", "row-0-clinic": "riverside-clinic"},
        follow=True,
    )
    said = answer.content.decode()
    assert "Version 2 against version 1" in said
    assert "RIVER" in said
    assert versions()[1].rows["authorities"] == [{"authority": "RIVER", "clinic": "riverside-clinic"}]
    assert versions()[1].rows["results"] == default_rows()["results"]


def test_a_result_whose_inputs_are_cleared_is_removed(client, page):
    rows = versions()[0].rows["results"]
    typed = {f"row-{number}-{name}": value for number, row in enumerate(rows) for name, value in row.items()}
    typed |= {f"row-3-{name}": "" for name in rows[3] if name not in {"class", "quantity"}}
    assert client.post(f"{page}edit/results/", {"seen": 1, **typed}).status_code == 302
    assert versions()[1].rows["results"] == [*rows[:3], *rows[4:]]


def test_a_fault_is_said_and_what_was_typed_stays(client, page, riverside):
    answer = client.post(f"{page}edit/authorities/", {"seen": 1, "row-0-authority": "RIVER", "row-0-clinic": ""})
    assert answer.status_code == 422
    assert "authorities, row 1: clinic is empty." in answer.content.decode()
    assert 'value="RIVER"' in answer.content.decode()
    assert len(versions()) == 1


def test_a_table_goes_out_as_a_file_and_comes_back(client, page):
    sent = client.get(f"{page}1/results.csv").content.decode()
    changed = sent.replace("26511-6", "NEU-1", 1)
    file = SimpleUploadedFile("results.csv", changed.encode(), content_type="text/csv")
    answer = client.post(f"{page}edit/results/", {"seen": 1, "action": "file", "file": file}, follow=True)
    assert "NEU-1" in answer.content.decode()
    assert len(versions()) == 2


def test_a_file_that_is_no_table_is_refused_with_the_reason(client, page):
    file = SimpleUploadedFile("results.csv", b"one,two\r\n1,2\r\n", content_type="text/csv")
    answer = client.post(f"{page}edit/results/", {"seen": 1, "action": "file", "file": file})
    assert answer.status_code == 422
    assert "The first line has to name class, quantity" in answer.content.decode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\xff\xfe", "UTF-8"),
        (b"code,text\r\n1\r\n", "Line 2 has 1 values"),
        (b'code,text\r\n"1,2\r\n', "no CSV"),
    ],
)
def test_what_no_table_is(content, said):
    with pytest.raises(UnreadableTableError, match=said):
        read_table(content, "services")


def test_a_spreadsheet_of_any_country_is_read():
    rows = [{"code": "58410-2", "text": "CBC"}, {"code": "-5", "text": "Minus"}]
    assert read_table(b"text;code\nCBC;58410-2\n\nMinus;'-5\n", "services") == rows
    assert table_lines({"services": rows}, "services")[0] == ["code", "text"]


def test_auditors_read_and_others_see_nothing(client, page, olga, pavel, petra):
    for person, status in ((olga, 200), (pavel, 403), (petra, 404)):
        client.force_login(person)
        assert client.get(page).status_code == status
        assert client.get(f"{page}edit/results/").status_code == (403 if status == 200 else status)


def test_what_is_not_there_is_not_found(client, page):
    for part in ("?version=9", "compare/?newer=9", "edit/nothing/", "1/nothing.csv", "9/results.csv"):
        assert client.get(f"{page}{part}").status_code == 404


def test_empty_list_teaches_the_next_step(client, olga, ines, central):
    client.force_login(olga)
    assert "There is no mapping yet" in client.get("/integrations/mappings/").content.decode()
    create_mapping(actor=ines, laboratory=central, name="Codes")
    assert "Codes" in client.get("/integrations/mappings/").content.decode()
