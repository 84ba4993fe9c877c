"""The quality of an image as people are told it: a verdict, its reasons, and what to do about a poor one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from uuid import UUID


POOR = "poor"


@dataclass(frozen=True, slots=True)
class PoorField:
    """A field of poor quality: its image, its number, and what to do about it, in sentences."""

    image: UUID
    ordinal: int
    advice: str


@dataclass(frozen=True, slots=True)
class QualityVerdict:
    """The verdict on an image, in sentences.

    `advice` is why a poor one is to be retaken and how, `held_back` why the model names no cell of it and what to do, `no_smear`
    why it is a picture of something else than a smear; that is all there is to advise then.
    """

    verdict: str
    sentences: list[str]
    advice: str
    held_back: str = ""
    no_smear: str = ""


def quality_verdict(quality: dict[str, Any]) -> QualityVerdict | None:
    """Return what an analysis measured (verdict, reasons, one measurement each) in sentences; None where it did not."""
    if not quality:
        return None
    measurements: dict[str, dict[str, Any]] = quality.get("readings", {})
    verdict = str(quality.get("verdict", ""))
    reasons = [str(sentence) for sentence in quality.get("reasons", [])]
    if verdict != POOR:
        good = [str(measurement["sentence"]) for measurement in measurements.values() if measurement.get("sentence")]
        return QualityVerdict(verdict=verdict, sentences=reasons or good, advice="")
    held_back = str(quality.get("held_back", ""))
    # A new photograph cures focus and light; the scale is told, not photographed.
    poor = [
        str(reading["sentence"])
        for name, reading in measurements.items()
        if name != "scale" and reading.get("verdict") == POOR and reading.get("sentence")
    ]
    return QualityVerdict(
        verdict=verdict,
        sentences=[sentence for sentence in reasons if sentence not in poor and sentence != held_back],
        advice=" ".join(poor),
        held_back=held_back,
        no_smear=str(quality.get("no_smear", "")),
    )
