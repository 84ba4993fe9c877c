"""A model as a directory: weights, ONNX, card.json. Nothing is loaded before every file was checked against the card."""

import hashlib
import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifier.inference.errors import BundleAltered, BundleMissing

CARD = "card.json"
FORMAT = 1
KERAS_FILE = "model.keras"
ONNX_FILE = "model.int8.onnx"
ONNX_FLOAT_FILE = "model.onnx"
HEAD_FILE = "head.npz"
NOVELTY_FILE = "novelty.npz"
#: What the card says under `head` when the head of the network file is not the one that answers.
SEPARATE_HEAD = "separate"

_CHUNK = 1 << 20


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, as hex."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class ModelBundle:
    """A verified model directory. Make one with `load`."""

    directory: Path
    card: dict[str, Any]
    card_sha256: str

    @classmethod
    def load(cls, directory: Path | str) -> "ModelBundle":
        """Read the card and verify every file it names.

        Raises BundleMissing when the folder, the card or a named file is absent, BundleAltered when a file's SHA-256
        differs from the card or the card does not make sense. Both sentences name the file.
        """
        directory = Path(directory)
        if not directory.is_dir():
            message = f"There is no model folder at {directory}."
            raise BundleMissing(message)
        card_path = directory / CARD
        if not card_path.is_file():
            message = f"The model folder {directory} has no {CARD}."
            raise BundleMissing(message)
        raw = card_path.read_bytes()
        card = _read_card(raw, card_path)
        fault = _fault_of_variant(card)
        if fault:
            message = f"The model card {card_path} cannot be used: {fault}."
            raise BundleAltered(message)
        for name, entry in card["files"].items():
            _verify(directory, name, entry)
        return cls(directory=directory, card=card, card_sha256=hashlib.sha256(raw).hexdigest())

    @property
    def name(self) -> str:
        """The model's name."""
        return str(self.card["name"])

    @property
    def version(self) -> str:
        """The model's version."""
        return str(self.card["version"])

    @property
    def labels(self) -> tuple[str, ...]:
        """Classes in the order of the logits."""
        return tuple(self.card["labels"])

    @property
    def size_px(self) -> int:
        """Side of the square crop the network takes, px."""
        return int(self.card["input"]["size_px"])

    @property
    def um_per_px(self) -> float:
        """Scale of the crop the network takes, um/px."""
        return float(self.card["input"]["um_per_px"])

    @property
    def temperature(self) -> float:
        """Divisor of the logits before the softmax."""
        return float(self.card.get("temperature", 1.0))

    @property
    def thresholds(self) -> dict[str, float]:
        """Least calibrated score per class for a cell to keep that label; a class not named keeps every score."""
        return {label: float(value) for label, value in self.card.get("thresholds", {}).items()}

    @property
    def novelty_threshold(self) -> float | None:
        """Novelty score above which a cell is unlike the training data; None when the model has no novelty part."""
        value = (self.card.get("novelty") or {}).get("threshold")
        return None if value is None else float(value)

    @property
    def head_is_separate(self) -> bool:
        """Whether logits are head.npz on the pooled features, not the network file's own."""
        return self.card.get("head") == SEPARATE_HEAD

    @property
    def parent(self) -> str | None:
        """SHA-256 of the card this model is a variant of; None for a model in its own right."""
        value = self.card.get("parent")
        return None if value is None else str(value)

    @property
    def novelty_file(self) -> str:
        """Name of the file with the fitted novelty score."""
        return str((self.card.get("novelty") or {}).get("file", NOVELTY_FILE))

    def has(self, name: str) -> bool:
        """Whether the card names this file (every named file was verified at load)."""
        return name in self.card["files"]

    def path(self, name: str) -> Path:
        """Path of a file the card names; raises BundleMissing when the card does not."""
        if not self.has(name):
            message = f"The model {self.name} {self.version} has no {name}."
            raise BundleMissing(message)
        return self.directory / name


def seal(directory: Path | str, card: dict[str, Any]) -> ModelBundle:
    """Write card.json for the files lying in `directory` (top level, hidden ones left out), then load it back.

    `card` is everything but `format` and `files`; both are filled in here. The card is replaced in one step, so a process
    sees the old one or the new one.
    """
    directory = Path(directory)
    files = {
        path.name: {"sha256": sha256_of(path), "bytes": path.stat().st_size}
        for path in sorted(directory.iterdir())
        if path.is_file() and path.name != CARD and not path.name.startswith(".")
    }
    full = {"format": FORMAT, **card, "files": files}
    draft = directory / f".{CARD}.new"
    draft.write_text(json.dumps(full, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    draft.replace(directory / CARD)
    return ModelBundle.load(directory)


def _read_card(raw: bytes, path: Path) -> dict[str, Any]:
    def altered(why: str) -> BundleAltered:
        return BundleAltered(f"The model card {path} cannot be used: {why}.")

    try:
        card = json.loads(raw)
    except ValueError as error:
        raise altered("it is not valid JSON") from error
    if not isinstance(card, dict):
        raise altered("it is not a JSON object")
    if card.get("format") != FORMAT:
        raise altered(f"its format is {card.get('format')!r} and this program reads format {FORMAT}")
    missing = [key for key in ("name", "version", "labels", "input", "files") if not card.get(key)]
    if missing:
        raise altered(f"it has no {', '.join(missing)}")
    labels = card["labels"]
    if not isinstance(labels, list) or len(set(labels)) != len(labels) or not all(isinstance(x, str) for x in labels):
        raise altered("its labels are not a list of different names")
    if not isinstance(card["files"], dict):
        raise altered("its list of files is not an object")
    numbers = {
        "input.size_px": _number(card["input"], "size_px"),
        "input.um_per_px": _number(card["input"], "um_per_px"),
        "temperature": _number({"temperature": 1.0, **card}, "temperature"),
    }
    for name, value in numbers.items():
        if value is None or value <= 0:
            raise altered(f"{name} is not a positive number")
    return card


def _fault_of_variant(card: dict[str, Any]) -> str | None:
    """What is wrong with the entries of a model made from another one; None when nothing is, or there are none."""
    head, parent = card.get("head"), card.get("parent")
    if head not in (None, SEPARATE_HEAD):
        return f"it names a head this program does not know ({head!r})"
    if head == SEPARATE_HEAD and HEAD_FILE not in card["files"]:
        return f"its head is separate and it lists no {HEAD_FILE}"
    if parent is not None and not (isinstance(parent, str) and re.fullmatch(r"[0-9a-f]{64}", parent)):
        return "its parent is no SHA-256 of a card"
    return None


def _number(holder: Any, key: str) -> float | None:
    value = holder.get(key) if isinstance(holder, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _verify(directory: Path, name: str, entry: Any) -> None:
    # A card must not be able to point outside its own folder.
    if Path(name).name != name or name in {"", ".", ".."}:
        message = f"The model card in {directory} names a file outside its folder: {name!r}."
        raise BundleAltered(message)
    path = directory / name
    if not path.is_file():
        message = f"The model file {name} is missing from {directory}."
        raise BundleMissing(message)
    expected = entry.get("sha256") if isinstance(entry, dict) else None
    if sha256_of(path) != expected:
        message = f"The model file {name} in {directory} is not the one its card describes (SHA-256 differs)."
        raise BundleAltered(message)
