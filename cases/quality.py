"""The quality of an image as people are told it: a verdict, its reasons, and what to do about a poor one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class QualityVerdict:
    """The verdict on an image, in sentences; `advice` is what to do about a poor one."""

    verdict: str
    sentences: list[str]
    advice: str


def quality_verdict(quality: dict[str, Any]) -> QualityVerdict | None:
    """Return what an analysis measured (verdict, reasons, one measurement each) in sentences; None where it did not."""
    if not quality:
        return None
    measurements: dict[str, dict[str, Any]] = quality.get("readings", {})
    verdict = str(quality.get("verdict", ""))
    reasons = [str(sentence) for sentence in quality.get("reasons", [])]
    if verdict != "poor":
        good = [str(measurement["sentence"]) for measurement in measurements.values() if measurement.get("sentence")]
        return QualityVerdict(verdict=verdict, sentences=reasons or good, advice="")
    poor = [str(r["sentence"]) for r in measurements.values() if r.get("verdict") == "poor" and r.get("sentence")]
    return QualityVerdict(
        verdict=verdict,
        sentences=[sentence for sentence in reasons if sentence not in poor],
        advice=" ".join(poor),
    )
