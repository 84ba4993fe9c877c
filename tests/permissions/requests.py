"""How a line of the matrix becomes a request: the arguments of its address, its query and its body."""

from __future__ import annotations

import base64
import json
import uuid
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.permissions.bodies import BODIES
from tests.permissions.matrix import Row
from tests.permissions.world import World

JSON = "application/json"
JSON_PATCH = "application/json-patch+json"
PROGRAMS = ("api:", "fhir:", "offline:", "education:differential_answers")


def address(row: Row, world: World) -> str:
    """Return the path and query of a line."""
    name = row.target.partition(":")[0]
    if name == "-" or row.route in PLAIN:
        path = reverse(row.route)
    elif row.route in LITERAL:
        path = LITERAL[row.route]
    else:
        path = reverse(row.route, args=arguments(row.route, name, world))
    return path + QUERY.get(f"{row.method} {row.route}", QUERY.get(row.route, ""))


def arguments(route: str, name: str, world: World) -> list[Any]:
    """Return the arguments of a route for an object of the world, by its name in the table."""
    if name in world.specimens:
        made = world.specimens[name]
        noun = ARGUMENT_NOUN.get(route, "case")
        record = {
            "case": made.case,
            "image": made.image,
            "patient": made.patient,
            "cell": made.cells[0] if made.cells else None,
            "prediction": made.predictions[0] if made.predictions else None,
            "analysis": made.image.analyses.first(),
        }[noun]
        return [record.pk if record is not None else uuid.UUID(int=0)]
    if name == "unknown":
        return [uuid.UUID(int=0)]
    found = world.objects[name]
    return [*found] if isinstance(found, tuple) else [getattr(found, "pk", found)]


ADMIN_NOUN = {"smearimage": "image", "cell": "cell", "prediction": "prediction", "analysis": "analysis"}
ARGUMENT_NOUN = {
    f"admin:{app}_{model}_{page}": ADMIN_NOUN[model]
    for app, models in (("cases", ("smearimage", "cell")), ("classifier", ("prediction", "analysis")))
    for model in models
    for page in ("change", "delete", "history")
} | {
    "api:patient": "patient",
    "api:patient_merge": "patient",
    "workbench:patient": "patient",
    "workbench:restriction": "patient",
    "education:objection": "patient",
    "workbench:pseudonymisation": "patient",
    "workbench:merge": "patient",
    "api:image": "image",
    "workbench:field": "image",
    "workbench:image_microscope": "image",
    "workbench:draft_field": "image",
    "workbench:retake_field": "image",
    "cases:image_original": "image",
    "cases:image_display": "image",
    "cases:image_thumbnail": "image",
    "cases:cell_crop": "cell",
    "review:retry_image": "image",
    "review:confirm_smear": "image",
    "review:return_field": "image",
    "fhir:media": "image",
    "fhir:patient": "patient",
    "fhir:patient_merge": "patient",
    "classifier:explanation": "cell",
    "classifier:explanation_picture": "cell",
}

# The object is what the body is made from; the address takes none.
PLAIN = {"oversight:break_glass", "education:consents", "workbench:search", "offline:unwrap", "offline:discard"}

LITERAL: dict[str, str] = {
    "unknown_address": "/api/v1/nothing/",
    "fhir:unknown_address": "/fhir/r4/Nothing",
    "admin/(?P<url>.*)$": "/admin/nothing/",
}

QUERY: dict[str, str] = {
    "DELETE api:image": "?reason=wrong",
    "integrations:new_connection": "?kind=mllp_in",
    "workbench:worklist": "?state=all",
    "workbench:orders": "?state=all",
    "api:reconciliation": "?first=2026-11-01&last=2026-11-02",
}

# The page's script asks for JSON and so gets the status of the upload itself.
HEADERS = {"workbench:add_images": {"Accept": "application/json"}}
TUS_ROUTES = {"api:uploads", "api:upload"}


def send(client: Client, row: Row, world: World) -> Any:
    """Send a line's request and return the answer."""
    path = address(row, world)
    if row.route in TUS_ROUTES:
        return _send_by_tus(client, row, world, path)
    body = BODIES.get((row.method, row.route))
    call = getattr(client, row.method.lower())
    if row.method in {"GET", "HEAD"}:
        return call(path)
    if body is None:
        return call(path, content_type=JSON) if row.route.startswith(PROGRAMS) else call(path)
    data = body(world, row.target)
    if isinstance(data, str):
        return call(path, data, content_type="text/csv")
    if row.route.startswith(PROGRAMS) or row.table == "review_json":
        kind = JSON_PATCH if isinstance(data, list) else JSON
        if isinstance(data, list) or not any(isinstance(value, SimpleUploadedFile) for value in data.values()):
            return call(path, json.dumps(data), content_type=kind)
    return call(path, data, headers=HEADERS.get(row.route))


def _send_by_tus(client: Client, row: Row, world: World, path: str) -> Any:
    """What tus says it says in headers; the object after the colon is the case an upload begins in."""
    name = row.target.partition(":")[2]
    made = world.specimens.get(name)
    case = base64.b64encode(str(made.case.pk if made else uuid.UUID(int=0)).encode()).decode()
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "10", "Upload-Metadata": f"case {case}", "Upload-Offset": "0"}
    return client.generic(row.method, path, b"12345", content_type="application/offset+octet-stream", headers=headers)
