"""The keys of the workspace: what each does by default, and what one reviewer has changed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from hematovision.errors import Unprocessable
from review.models import KeyMap

if TYPE_CHECKING:
    from accounts.models import User

DEFAULT_KEYS: dict[str, list[str]] = {
    "label.neutrophil": ["1", "n"],
    "label.eosinophil": ["2", "e"],
    "label.basophil": ["3", "b"],
    "label.lymphocyte": ["4", "l"],
    "label.monocyte": ["5", "m"],
    "label.immature_granulocyte": ["6", "i"],
    "label.erythroblast": ["7", "r"],
    "label.platelet": ["8", "p"],
    "label.unidentified": ["0", "u"],
    "confirm": [" "],
    "confirm_class": ["Shift+ "],
    "exclude": ["x"],
    "include": ["c"],
    "flag": ["f"],
    "remove": ["Delete"],
    "add": ["a"],
    "undo": ["Ctrl+z"],
    "redo": ["Ctrl+y", "Ctrl+Shift+z"],
    "select_class": ["Ctrl+a"],
    "field": ["Enter"],
    "next": ["ArrowRight", "j"],
    "previous": ["ArrowLeft", "k"],
    "down": ["ArrowDown"],
    "up": ["ArrowUp"],
    "next_doubtful": ["d"],
    "previous_doubtful": ["Shift+d"],
    "zoom_in": ["+", "="],
    "zoom_out": ["-"],
    "whole_field": ["w"],
    "boxes": ["o"],
    "next_field": ["]"],
    "previous_field": ["["],
    "to_review_only": ["t"],
    "sort": ["s"],
    "toggle_ai": ["v"],
    "discuss": ["q"],
    "reject": ["Shift+r"],
    "help": ["h", "?"],
}
"""Command -> keys, as `KeyboardEvent.key` names them; letters in lower case, modifiers before a plus sign."""

_KEY = re.compile(r"(?:Ctrl\+)?(?:Alt\+)?(?:Shift\+)?(?:[^\s\x00-\x1f]| |[A-Z][A-Za-z0-9]{1,19})")
_MOST_KEYS = 4


def keys_of(user: User) -> dict[str, list[str]]:
    """Return the key map of `user`: the default, with what they changed.

    A key they gave to one command is not another's by default: a command that came later leaves it to them.
    """
    kept: dict[str, list[str]] = KeyMap.objects.filter(user=user).values_list("keys", flat=True).first() or {}
    changed = {command: keys for command, keys in kept.items() if command in DEFAULT_KEYS}
    theirs = {key for keys in changed.values() for key in keys}
    return {
        command: changed.get(command, [key for key in keys if key not in theirs])
        for command, keys in DEFAULT_KEYS.items()
    }


def clean_keys(given: Any) -> dict[str, list[str]]:
    """Return the commands of `given` that differ from the default.

    Raises `Unprocessable` for an unknown command, a key that is none, or one key for two commands.
    """
    if not isinstance(given, dict):
        raise Unprocessable(_("Send the key map as an object: command, list of keys."), code="bad_keys")
    changed: dict[str, list[str]] = {}
    for command, keys in given.items():
        if command not in DEFAULT_KEYS:
            raise Unprocessable(_("There is no such command."), code="unknown_command")
        if not isinstance(keys, list) or not all(isinstance(key, str) and _KEY.fullmatch(key) for key in keys):
            raise Unprocessable(_("A key is a single character or the name of a key."), code="bad_keys")
        if len(keys) > _MOST_KEYS:
            raise Unprocessable(_("A command has at most %(most)s keys.") % {"most": _MOST_KEYS}, code="bad_keys")
        wanted = [_lower(key) for key in keys]
        if wanted != DEFAULT_KEYS[command]:
            changed[command] = wanted
    _refuse_twice({**DEFAULT_KEYS, **changed})
    return changed


def _refuse_twice(keys: dict[str, list[str]]) -> None:
    owner: dict[str, str] = {}
    for command, names in keys.items():
        for name in names:
            if name in owner:
                sentence = _("The key %(key)s is given to two commands.") % {"key": repr(name)}
                raise Unprocessable(sentence, code="key_taken", details={"commands": sorted({owner[name], command})})
            owner[name] = command


def _lower(key: str) -> str:
    head, plus, last = key.rpartition("+") if len(key) > 1 else ("", "", key)
    return f"{head}{plus}{last.lower() if len(last) == 1 else last}"
