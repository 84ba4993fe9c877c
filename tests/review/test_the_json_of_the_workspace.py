"""The endpoints of the workspace: what they answer, to whom, and how they refuse."""

from __future__ import annotations

import json
import uuid

import pytest
from django.urls import reverse

from audit.models import AuditEvent
from cases.models import Cell
from review.key_map import keys_of
from review.models import KeyMap, ReviewAction
from review.services.leases import claim
from tests.factories.analysed_cases import analysed_case

pytestmark = pytest.mark.django_db

JSON = "application/json"


@pytest.fixture
def browser(client, pavel):
    """Pavel's."""
    client.force_login(pavel)
    return client


@pytest.fixture
def at(ready):
    """The address of a part of the workspace: `at("state")`."""
    return lambda name, *more: reverse(f"review:{name}", args=[ready.pk, *more])


@pytest.fixture
def send(browser, at):
    """Send an action as the script does: `send("confirm", cell)`."""

    def do(kind, *cells, action_id=None, **more):
        body = {
            "action_id": str(action_id or uuid.uuid4()),
            "kind": kind,
            "cells": [{"id": str(cell.pk), "revision": cell.revision, "displayed": True} for cell in cells],
            **more,
        }
        return browser.post(at("actions"), json.dumps(body), content_type=JSON)

    return do


def cells_of(case):
    return list(Cell.objects.filter(image__case=case).order_by("ordinal"))


def test_the_state_has_all_the_workspace_shows(browser, at, ready):
    state = browser.get(at("state")).json()
    assert state["case"]["state"] == "ready"
    assert len(state["case"]["fingerprint"]) == 64
    assert state["lease"] == {"holder": None, "mine": False, "until": None}
    assert (state["blind"], state["model"]["version"], state["model"]["newer_available"]) == (False, "tiny 1", False)
    (image,) = state["images"]
    assert (image["width"], image["height"], image["um_per_px"], image["quality"]) == (640, 480, 0.1, "good")
    first, _, third = state["cells"]
    assert (first["n"], first["label"], first["score"], first["reviewed"], first["revision"]) == (
        1,
        "neutrophil",
        0.9,
        False,
        0,
    )
    assert first["box"] == [0, 0, 20, 22]
    assert (third["label"], third["ai"]["label"], third["ai"]["best"]) == ("unidentified", "unidentified", "monocyte")
    assert third["ai"]["probabilities"]["monocyte"] == 0.4
    assert state["todo"] == {"unreviewed": 3, "unidentified": 1, "flagged": 0}
    assert (state["undo"], state["redo"]) == (False, False)
    assert state["keys"]["label.neutrophil"] == ["1", "n"]


def test_the_differential_has_counts_limits_and_references(browser, at, ready):
    rows = {row["code"]: row for row in browser.get(at("state")).json()["differential"]["rows"]}
    neutrophils = rows["neutrophil"]
    assert (neutrophils["count"], neutrophils["percent"]) == (1, 50)
    assert (round(neutrophils["low"], 1), round(neutrophils["high"], 1)) == (1.3, 98.7)
    assert (neutrophils["reference"]["low"], neutrophils["reference"]["high"], neutrophils["flag"]) == (40, 75, "")
    # Half of two cells says nothing of the patient: a limited count has no flags.
    assert rows["lymphocyte"]["flag"] == ""
    assert "immature_granulocyte" not in rows


def test_looking_is_in_the_audit_trail_once_a_quarter_of_an_hour(browser, at, ready):
    for _ in range(3):
        browser.get(at("state"))
    assert AuditEvent.objects.filter(action="view", object_id=str(ready.pk), after__part="review").count() == 1


def test_claiming_heartbeat_and_release(browser, at, ready, pavel):
    lease = browser.post(at("claim")).json()["lease"]
    assert (lease["holder"], lease["mine"]) == (pavel.full_name, True)
    assert browser.post(at("heartbeat")).json()["lease"]["until"] >= lease["until"]
    answer = browser.post(at("release")).json()
    assert (answer["case"]["state"], answer["lease"]["holder"]) == ("ready", None)
    lost = browser.post(at("heartbeat"))
    assert (lost.status_code, lost.json()["code"]) == (409, "state")


def test_an_action_answers_with_its_cells_and_all_that_changed_with_them(browser, at, send, ready):
    browser.post(at("claim"))
    answer = send("label", cells_of(ready)[2], label="monocyte").json()
    (cell,) = answer["cells"]
    assert (cell["label"], cell["reviewed"], cell["revision"], cell["by"]["name"]) == (
        "monocyte",
        True,
        1,
        "Pavel Central",
    )
    assert answer["todo"] == {"unreviewed": 2, "unidentified": 0, "flagged": 0}
    assert answer["differential"]["n"] == 3
    assert (answer["undo"], answer["redo"], answer["lease"]["mine"]) == (True, False, True)


def test_an_action_whose_answer_was_lost_is_sent_again_and_done_once(browser, at, send, ready):
    browser.post(at("claim"))
    cell, once = cells_of(ready)[0], uuid.uuid4()
    first, again = send("confirm", cell, action_id=once), send("confirm", cell, action_id=once)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["cells"] == again.json()["cells"]
    assert ReviewAction.objects.count() == 1


def test_a_stale_save_is_told_what_changed_and_writes_nothing(browser, at, send, ready):
    browser.post(at("claim"))
    seen = cells_of(ready)[:2]
    send("label", seen[0], label="basophil")
    answer = send("confirm", *seen)
    assert (answer.status_code, answer.json()["code"]) == (409, "stale")
    (changed,) = answer.json()["cells"]
    assert (changed["id"], changed["label"], changed["revision"]) == (str(seen[0].pk), "basophil", 1)
    assert not Cell.objects.get(pk=seen[1].pk).is_reviewed


def test_the_second_person_sees_who_has_the_case_and_until_when(client, at, ready, pavel, vera):
    claim(actor=pavel, case=ready)
    client.force_login(vera)
    answer = client.post(at("claim"))
    assert (answer.status_code, answer.json()["code"], answer.json()["holder"]) == (409, "claimed", "Pavel Central")
    assert answer.json()["until"] == client.get(at("state")).json()["lease"]["until"]
    assert "until" in answer.json()


def test_whoever_is_signed_out_is_told_so_and_not_shown_a_form(client, at, ready):
    for name in ("state", "claim", "actions"):
        answer = client.get(at(name)) if name == "state" else client.post(at(name))
        assert (answer.status_code, answer.json()["code"]) == (401, "signed_out")


def test_a_session_that_ends_in_the_middle_loses_nothing_that_was_saved(browser, at, send, ready, pavel):
    browser.post(at("claim"))
    first, second, _ = cells_of(ready)
    send("confirm", first)
    browser.logout()
    refused, once = send("confirm", second), uuid.uuid4()
    assert refused.status_code == 401
    browser.force_login(pavel)
    saved = send("confirm", second, action_id=once)
    assert (saved.status_code, saved.json()["todo"]["unreviewed"]) == (200, 1)


def test_other_roles_are_refused_and_strangers_find_nothing(client, at, ready, amina, ines, olga, nadia, lars):
    for person, status in ((ines, 403), (olga, 403), (amina, 403), (nadia, 404), (lars, 404)):
        client.force_login(person)
        for name in ("state", "claim", "release", "heartbeat", "reanalyse", "actions", "cells"):
            answer = client.get(at(name)) if name == "state" else client.post(at(name), "{}", content_type=JSON)
            assert answer.status_code == status, (person, name)
            assert answer["Content-Type"] == "application/problem+json"


def test_requests_without_the_token_against_forgery_are_refused(pavel, at):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(pavel)
    assert strict.post(at("claim")).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        "no json",
        "[]",
        "{}",
        '{"action_id": "x", "kind": "confirm"}',
        '{"action_id": 5, "kind": "confirm"}',
        '{"action_id": "ID", "kind": "confirm", "cells": 5}',
        '{"action_id": "ID", "kind": "confirm", "cells": [{"id": "ID", "revision": "0"}]}',
        '{"action_id": "ID", "kind": "confirm", "cells": [{"id": "ID", "revision": true}]}',
        '{"action_id": "ID", "kind": "confirm", "cells": []}',
        '{"action_id": "ID", "kind": 7, "cells": []}',
    ],
)
def test_what_is_no_action_is_refused_in_a_sentence(browser, at, body):
    browser.post(at("claim"))
    answer = browser.post(at("actions"), body.replace("ID", str(uuid.uuid4())), content_type=JSON)
    assert (answer.status_code, bool(answer.json()["detail"])) == (422, True)


@pytest.mark.parametrize(
    ("body", "sentence", "member"),
    [
        ({"action_id": 5}, "action_id has to be a UUID.", "action_id"),
        ({"cells": [{"id": "ID", "revision": "0"}]}, "cells.revision has to be a whole number.", "cells.revision"),
        ({"cells": [3]}, "cells has to be a list of objects.", "cells"),
        ({"kind": 7}, "kind has to be a text.", "kind"),
        ({"lable": "monocyte"}, "lable is unknown here.", "lable"),
        ({"cells": [{"id": "ID", "revision": 0, "label": "x"}]}, "cells.label is unknown here.", "cells.label"),
    ],
)
def test_the_member_that_is_wrong_or_unknown_is_named(browser, at, body, sentence, member):
    browser.post(at("claim"))
    sent = json.dumps({"action_id": "ID", "kind": "confirm", **body}).replace("ID", str(uuid.uuid4()))
    answer = browser.post(at("actions"), sent, content_type=JSON)
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["detail"], problem["member"]) == (
        422,
        "bad_json",
        sentence,
        member,
    )
    assert not ReviewAction.objects.exists()


@pytest.mark.parametrize("box", [None, [1, 2, 3], [1, 2, 3, "4"], [1, 2, 3, True], "1 2 3 4"])
def test_a_box_that_is_none_draws_no_cell(browser, at, ready, box):
    browser.post(at("claim"))
    body = {"action_id": str(uuid.uuid4()), "image": str(ready.images.get().pk), "box": box}
    answer = browser.post(at("cells"), json.dumps(body), content_type=JSON)
    assert (answer.status_code, answer.json()["member"]) == (422, "box")
    assert Cell.objects.filter(image__case=ready).count() == 3


def test_the_number_of_queries_does_not_grow_with_the_case(browser, riverside):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    numbers = []
    for size in (2, 2000):
        case = analysed_case(riverside, ["neutrophil"] * size)
        with CaptureQueriesContext(connection) as asked:
            answer = browser.get(reverse("review:state", args=[case.pk]))
        assert len(answer.json()["cells"]) == size
        numbers.append(len(asked))
    assert numbers[1] <= numbers[0]


def test_a_key_of_ones_own_is_not_taken_by_a_command_that_came_later(browser, pavel):
    KeyMap.objects.create(user=pavel, keys={"flag": ["q"]})
    keys = keys_of(pavel)
    assert (keys["flag"], keys["discuss"], keys["exclude"]) == (["q"], [], ["x"])


def test_a_key_of_ones_own_survives_a_default_that_moved_onto_it(browser, pavel):
    """`F` became the flag's, `J` the next cell's: who had given them to something else keeps them there."""
    KeyMap.objects.create(user=pavel, keys={"exclude": ["f"], "next_doubtful": ["d", "j"]})
    keys = keys_of(pavel)
    assert (keys["exclude"], keys["flag"]) == (["f"], [])
    assert (keys["next_doubtful"], keys["next"]) == (["d", "j"], ["ArrowRight"])
    kept = browser.put(reverse("review:keys"), json.dumps({"keys": {**keys, "flag": ["y"]}}), content_type=JSON)
    assert kept.status_code == 200
    assert (kept.json()["keys"]["exclude"], kept.json()["keys"]["flag"]) == (["f"], ["y"])


def test_keys_are_changed_and_reset(browser, pavel):
    address = reverse("review:keys")
    changed = browser.put(address, json.dumps({"keys": {"exclude": ["G", "Ctrl+D"]}}), content_type=JSON)
    assert changed.json()["keys"]["exclude"] == ["g", "Ctrl+d"]
    assert KeyMap.objects.get(user=pavel).keys == {"exclude": ["g", "Ctrl+d"]}
    assert browser.delete(address).json()["keys"]["exclude"] == ["x"]
    assert not KeyMap.objects.exists()


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({"exclude": ["n"]}, "key_taken"),
        ({"dance": ["n"]}, "unknown_command"),
        ({"exclude": ["<b>"]}, "bad_keys"),
        ({"exclude": "x"}, "bad_keys"),
        ({"exclude": ["a", "b", "c", "d", "f"]}, "bad_keys"),
        ([], "bad_keys"),
    ],
)
def test_a_key_map_that_cannot_work_is_refused(browser, keys, code):
    answer = browser.put(reverse("review:keys"), json.dumps({"keys": keys}), content_type=JSON)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
