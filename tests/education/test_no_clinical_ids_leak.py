"""No id of a case, patient, image, cell or report, no accession number and no MRN is in anything that is taught.

Every route of the apps that teach and try is asked as a student, a teacher and an administrator, with material copied from a real
signed case. Left out are the three that belong to the report or the patient by name, and the link by which an administrator
is led back to the report.
"""

import re
import uuid

import pytest
from django.apps import apps
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse
from django.utils import timezone

from education.models import Attempt, AttemptItem
from tests.factories.analysed_cases import cells_of
from tests.factories.copied import copied
from tests.factories.teaching import teaching_set

CLINICAL = {"education:copy", "education:objection", "education:source"}
"""The copy sheet and the objection lie under the addresses of a report and a patient; the source is the way back itself."""
FORM = {"label": "neutrophil", "ms": "900", "position": "1", "text": "Why?"}
APPS = [name for name in ("education", "sandbox") if apps.is_installed(name)]


def routes(patterns=None, namespace=""):
    """Yield (name, parameters) of every route of the apps."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLPattern):
            if namespace in APPS and pattern.name:
                yield f"{namespace}:{pattern.name}", pattern.pattern.converters
        else:
            yield from routes(pattern.url_patterns, pattern.namespace or namespace)


def text_of(answer):
    """Everything an answer says: its body, read to the end, and its headers."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode("latin-1") + "\n".join(f"{name}: {value}" for name, value in answer.headers.items())


@pytest.fixture
def material(house):
    """Copied cells in a set that a student is half-way through."""
    cells = copied(house.report, house.pavel)
    listed = teaching_set(*cells, laboratory=house.central, created_by=house.pavel)
    attempt = Attempt.objects.create(teaching_set=listed, student=house.sami, seed=1)
    for position, cell in enumerate(cells[:2], start=1):
        AttemptItem.objects.create(attempt=attempt, position=position, cell=cell, shown_at=timezone.now())
    AttemptItem.objects.get(attempt=attempt, position=1).answers.create(label="monocyte", correct=False, ms=900)
    return {"cell": cells, "set": [listed], "attempt": [attempt]}


@pytest.fixture
def secrets(house):
    """What must be nowhere: ids in both their forms, and the numbers of the case and the patient."""
    case, patient = house.case, house.case.patient
    rows = [case, patient, house.report, *case.images.all(), *cells_of(case)]
    ids = {text for row in rows for text in (str(row.pk), row.pk.hex)}
    files = {str(image.display.name) for image in case.images.all()}
    return ids | files | {case.accession_number, patient.mrn, patient.family_name, house.report.content_sha256}


def addresses(material):
    """Every address of every route, with everything of the material in the place of its parameters."""
    things = [str(row.pk) for rows in material.values() for row in rows[:2]]
    for name, parameters in routes():
        if name in CLINICAL:
            continue
        kinds = {key: type(converter).__name__ for key, converter in parameters.items()}
        for value in things if kinds else [""]:
            arguments = {key: _fitting(kind, value) for key, kind in kinds.items()}
            try:
                yield name, reverse(name, kwargs=arguments)
            except NoReverseMatch:
                continue


def _fitting(kind, value):
    return {"UUIDConverter": value, "IntConverter": 2}.get(kind, "neutrophil")


@pytest.mark.parametrize("who", ["sami", "pavel", "ines"])
def test_nothing_that_is_taught_says_which_case_it_is_from(client, house, material, secrets, who):
    client.force_login(getattr(house, who))
    answered = set()
    for name, address in addresses(material):
        answer = client.get(address)
        # What takes a form alone answers one that a student might send.
        answer = client.post(address, FORM) if answer.status_code == 405 else answer
        said = address + text_of(answer)
        found = sorted(secret for secret in secrets if secret in said)
        assert not found, f"{name} says {found} to {who}"
        answered |= {name.partition(":")[2]} if answer.status_code == 200 else set()
    # A walk that is refused everywhere proves nothing.
    assert {"home", "cell_picture"} <= answered
    assert (who == "sami") != ({"material", "consents"} <= answered)


def test_the_names_of_the_files_and_the_rows_say_nothing_either(material, secrets):
    for cell in material["cell"]:
        assert re.fullmatch(r"teaching/[0-9a-f-]{36}\.png", cell.picture.name)
        row = " ".join(str(getattr(cell, field.attname)) for field in cell._meta.concrete_fields)
        assert not [secret for secret in secrets if secret in row]
        with cell.picture.open("rb") as file:
            content = file.read().decode("latin-1")
        assert not [secret for secret in secrets if secret in content]
    assert uuid.UUID(material["cell"][0].picture.name[9:45]) != material["cell"][0].pk


def test_a_secret_on_a_page_would_be_found(client, house, secrets):
    client.force_login(house.ines)
    said = text_of(client.get(reverse("education:copy", args=[house.report.pk])))
    assert {house.case.accession_number, str(cells_of(house.case)[0].pk)} <= {one for one in secrets if one in said}
