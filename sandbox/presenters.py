"""A tried picture as its page shows it."""

from __future__ import annotations

from math import ceil, floor
from typing import TYPE_CHECKING, Any, cast

from django.utils.translation import gettext as _

from cases.cell_classes import BY_CODE, CELL_CLASSES, UNIDENTIFIED, UNIDENTIFIED_CLASS
from cases.quality import quality_verdict
from cases.words import in_words
from classifier.services.pictures import needed_score
from review.key_map import DEFAULT_KEYS, keys_of
from sandbox.models import TriedPicture, TryState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User
    from classifier.models import ModelVersion

_AROUND = 1.4
"""How much of the picture is shown around a cell, as a multiple of its box."""
LABEL_CLASSES = (*CELL_CLASSES, UNIDENTIFIED_CLASS)


def result_context(tried: TriedPicture, user: User | AnonymousUser) -> dict[str, Any]:
    """What the page of a picture needs: the picture with its boxes, the cells, and what to do better."""
    hides = tried.hides_answer and bool(tried.cells)
    cells = [cell_row(tried, number, hides=hides) for number in range(1, len(tried.cells) + 1)]
    named = [row for row in cells if row["own"]]
    result = tried.result or {}
    return {
        "tried": tried,
        "is_under_way": tried.is_under_way,
        "has_answer": tried.state == TryState.DONE,
        "names_first": hides,
        "cells": cells,
        "counts": [] if hides else _counts(tried),
        "quality": quality_verdict(result.get("quality") or {}),
        "um_per_px": result.get("um_per_px"),
        "scale_known": result.get("scale_source") not in {"unknown", "white cells", None},
        "classes": LABEL_CLASSES,
        "named": len(named),
        "agreed": sum(row["agrees"] for row in named),
        "font_px": _font_px(tried),
        "stroke_px": max(tried.width, tried.height) / 300,
        **(_naming(user) if hides else {}),
    }


def cell_row(tried: TriedPicture, number: int, *, hides: bool = False) -> dict[str, Any]:
    """One cell: its box, the square shown of it, and, unless the answer `hides`, what the model says and what the sender said."""
    cell = tried.cells[number - 1]
    x, y, width, height = cell["box"]
    font_px = _font_px(tried)
    row: dict[str, Any] = {
        "number": number,
        "box": {"x": x, "y": y, "width": width, "height": height},
        # Above the box where there is room, else inside it.
        "label_y": y - 0.2 * font_px if y > font_px else y + font_px,
        "view": _view(tried, cell["box"]),
        "class": UNIDENTIFIED_CLASS,
        "own": None,
        "agrees": False,
    }
    if hides:
        return row
    own = BY_CODE.get(tried.own_labels.get(str(number), ""))
    return row | {
        "class": BY_CODE[cell["label"]],
        "best": BY_CODE[cell["best_label"]],
        "score": cell["score"],
        "bars": [
            {"class": BY_CODE[code], "share": share}
            for code, share in sorted(cell["probabilities"].items(), key=lambda item: -item[1])
        ],
        "why": why_sentence(tried, cell),
        "own": own,
        "agrees": own is not None and own.code == cell["label"],
    }


def why_sentence(tried: TriedPicture, cell: dict[str, Any]) -> str:
    """Why the model does not name a cell of a picture that has its answer, in words; empty where it does."""
    if cell["why"] == "score":
        # A constraint of the table: no answer without its model.
        least = needed_score(cast("ModelVersion", tried.model_version), cell["best_label"])
        # Rounded apart: two numbers that read the same would explain nothing.
        return _("Not named: %(name)s has %(score)s %%, and the model names it from %(least)s %% on.") % {
            "name": _(BY_CODE[cell["best_label"]].label),
            "score": f"{floor(cell['score'] * 1000) / 10:.1f}",
            "least": f"{ceil(least * 1000) / 10:.1f}",
        }
    return {
        "": "",
        "scale": _("Not named: the scale of the picture is not known well enough."),
        "novel": _("Not named: it is unlike the cells that the model learnt from."),
    }[cell["why"]]


def sent_pictures(pictures: list[TriedPicture]) -> list[dict[str, Any]]:
    """Pictures for the list below the form: what came of each, in a line."""
    return [
        {"tried": tried, "said": _said(tried), "counts": [] if tried.hides_answer else _counts(tried)}
        for tried in pictures
    ]


def _said(tried: TriedPicture) -> str:
    if tried.state != TryState.DONE:
        return in_words(tried.problem) or tried.get_state_display()
    verdict = quality_verdict((tried.result or {}).get("quality") or {})
    if verdict and verdict.no_smear:
        return _("Not a blood smear")
    if tried.hides_answer:
        return _("Waits for your names")
    return "" if tried.cells else _("No white cells found")


def _view(tried: TriedPicture, box: list[int]) -> str:
    """The square around a box as the view box of an SVG, moved into the picture where that is large enough."""
    x, y, width, height = box
    side = min(round(max(width, height) * _AROUND), max(tried.width, tried.height))
    left = min(max(round(x + width / 2 - side / 2), 0), max(tried.width - side, 0))
    top = min(max(round(y + height / 2 - side / 2), 0), max(tried.height - side, 0))
    return " ".join(map(str, (left, top, side, side)))


def _font_px(tried: TriedPicture) -> float:
    return max(tried.width, tried.height) / 40


def _counts(tried: TriedPicture) -> list[dict[str, Any]]:
    """Classes that occur with their numbers, in the order of the table, unidentified last."""
    labels = [cell["label"] for cell in tried.cells]
    codes = [code for code in BY_CODE if code != UNIDENTIFIED] + [UNIDENTIFIED]
    return [{"class": BY_CODE[code], "count": labels.count(code)} for code in codes if code in labels]


def _naming(user: User | AnonymousUser) -> dict[str, Any]:
    """The keys that name a cell, as in the review: the caller's own where they changed them."""
    keys = DEFAULT_KEYS if user.is_anonymous else keys_of(user)
    labels = {command: each for command, each in keys.items() if command.startswith("label.")}
    moves = {command: keys[command] for command in ("next", "previous")}
    shown = {command.removeprefix("label."): each[0].upper() for command, each in labels.items() if each}
    return {"script": {"keys": labels | moves}, "key_of": shown}
