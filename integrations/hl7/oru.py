"""Result messages: ORU^R01 of HL7 v2.5.1 from the content of a sealed report, for one receiver.

Built once, from what was signed: the same content, numbers and mapping give the same message but for its time. A corrected
version says of every result that it is corrected, also of those that did not change, because receivers keep what is not named
again. A withdrawn version names every result that was ever sent and gives none of them a value.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from typing import Any

from inbox.critical_limits import MEASURES, Limit
from integrations.codes import PANEL, REJECT_REASONS, REPORT, Coded
from integrations.hl7.faults import HeldMessageError
from integrations.hl7.mapping import Mapping
from integrations.hl7.observations import Observation, nought_of, observations_of, without_result
from integrations.hl7.outgoing import Kind, Number, OrderNumbers, Outgoing, Route, Sent
from integrations.hl7.result_segments import ON_HOLD, Context, msh, note, obr, obx, orc, pid, pv1, sft, spm
from integrations.hl7.text import encode
from integrations.hl7.writing import EMPTY, message
from integrations.said import gettext_noop

WRONG_PATIENT = "wrong_patient"
NEVER_SENT = gettext_noop("Version %(version)s changes a report that was never sent. Send the one before it first.")
_PLAINER = {ord("\N{SUPERSCRIPT NINE}"): "^9", ord("\N{MULTIPLICATION SIGN}"): "x", ord("\N{EN DASH}"): "-"}
"""Characters of our own sentences that many character sets lack."""
NO_LIMITS: Table[str, Limit] = {measure.code: Limit(None, None) for measure in MEASURES}
"""Of a laboratory that telephones nothing, and for values that are sent only to be taken back."""
_PENDING = "The case is in work. There is no result yet."  # not translated
_DO_NOT_USE = "Do not use: this report is withdrawn, and so is every result of it that was sent."  # not translated


@dataclass(frozen=True, slots=True)
class _Result:
    """What the version makes of its observations: their order, and the status of each by its identity."""

    status: str
    observations: Sequence[Observation]
    notes: Sequence[str]
    absent: frozenset[Any] = field(default_factory=frozenset)
    order_waits: bool = False

    @property
    def order_status(self) -> str:
        """OBR-25: HL7 table 0123 has no wrong patient, an order without a result is X."""
        return "X" if self.status == "W" else self.status

    def status_of(self, observation: Observation) -> str:
        return "X" if observation.identity in self.absent else self.status


def report_message(
    content: dict[str, Any],
    *,
    route: Route,
    mapping: Mapping,
    limits: Table[str, Limit],
    numbers: tuple[Number, ...],
    at: dt.datetime,
    earlier: Sequence[Sent] = (),
    pdf: bytes | None = None,
    replay: int = 0,
) -> Outgoing:
    """Return the message for one signed version.

    `numbers` are the patient's, the MRN with its assigning authority first; `earlier` the versions that were sent before,
    oldest first; `limits` the laboratory's critical limits; `at` the time of the message. Raises `MissingCodeError` for a
    result the mapping does not name, `UnsendableTextError` for a character the receiver has not, and `HeldMessageError` for
    a version that cannot be told from what is given.
    """
    if content["signature"] is None:
        raise HeldMessageError(gettext_noop("Only a signed version has results to send."))
    kind, version = Kind(content["report"]["kind"]), content["report"]["version"]
    if kind is not Kind.ORIGINAL and not earlier:
        raise HeldMessageError(NEVER_SENT % {"version": version})
    told, known_by = content, numbers
    if kind is Kind.WITHDRAWN:
        result = _withdrawn(content, earlier, mapping)
        if content["report"]["reason_code"] == WRONG_PATIENT:
            told, known_by = _under_the_patient_it_was_sent_with(content, earlier)
    else:
        result = _signed(content, kind, earlier, mapping, limits, pdf, route)
    return _message(told, result, route, mapping, known_by, at, version, replay)


def preliminary_message(
    content: dict[str, Any],
    *,
    route: Route,
    mapping: Mapping,
    numbers: tuple[Number, ...],
    at: dt.datetime,
    replay: int = 0,
) -> Outgoing:
    """Return the message that a case is in work: status P and no result, because nobody has verified one.

    `content` has the members `case`, `laboratory`, `order` and `patient` of a report's.
    """
    result = _Result("P", [without_result(mapping)], [_PENDING])
    return _message(content, result, route, mapping, numbers, at, "p", replay)


def rejection_message(
    content: dict[str, Any],
    *,
    reasons: Sequence[str],
    sentence: str,
    route: Route,
    mapping: Mapping,
    numbers: tuple[Number, ...],
    at: dt.datetime,
    order_waits: bool = False,
    replay: int = 0,
) -> Outgoing:
    """Return the message that the specimen was rejected, for `reasons` of HL7 table 0490 and in a sentence.

    `order_waits` says that another specimen is awaited: the order is on hold then, not cancelled. `content` as for
    `preliminary_message`. Raises `HeldMessageError` for a reason that the table has not.
    """
    if not reasons or not set(reasons) <= REJECT_REASONS.keys():
        raise HeldMessageError(
            gettext_noop("The reason of the rejection has no code of HL7 table 0490. Add it to the mapping.")
        )
    result = _Result("X", [without_result(mapping)], [f"Specimen rejected: {sentence}"], order_waits=order_waits)
    rejected = [Coded(reason, REJECT_REASONS[reason], "HL70490") for reason in dict.fromkeys(reasons)]
    return _message(content, result, route, mapping, numbers, at, "x", replay, rejected)


def control_id(case: str, version: int | str, replay: int = 0) -> str:
    """Return MSH-10: the same for the same version at every attempt, another for one that is sent again by hand.

    `version` is the number of a signed one, `p` while the case is in work, `x` when its specimen was rejected.
    """
    again = f"-r{replay}" if replay else ""
    return f"{case.replace('-', '')[:12]}-{version}{again}"


def _signed(
    content: dict[str, Any],
    kind: Kind,
    earlier: Sequence[Sent],
    mapping: Mapping,
    limits: Table[str, Limit],
    pdf: bytes | None,
    route: Route,
) -> _Result:
    """An original, a correction or an addendum. A result that this version no longer has, or that could not be obtained, is sent as X, without value."""
    status = {Kind.ORIGINAL: "F", Kind.CORRECTED: "C", Kind.APPENDED: route.appended_as}[kind]
    now = observations_of(content, mapping, limits, pdf)
    has = {found.identity for found in now}
    missing = [found for found in _ever_sent(earlier, mapping) if found.identity not in has]
    nought = [zero for found in missing if (zero := nought_of(found, content)) is not None]
    counted = {found.identity for found in nought}
    gone = [found.voided for found in missing if found.identity not in counted]
    notes = [] if kind is Kind.ORIGINAL else _amendment(content)
    absent = [*gone, *(found for found in now if found.value == EMPTY)]
    return _Result(status, [*now, *nought, *gone], notes, frozenset(found.identity for found in absent))


def _withdrawn(content: dict[str, Any], earlier: Sequence[Sent], mapping: Mapping) -> _Result:
    status = "W" if content["report"]["reason_code"] == WRONG_PATIENT else "X"
    everything = [found.voided for found in _ever_sent(earlier, mapping)]
    return _Result(status, everything, [_DO_NOT_USE, *_amendment(content)])


def _ever_sent(earlier: Sequence[Sent], mapping: Mapping) -> Iterable[Observation]:
    """Every result of the versions before, each once, in the order in which they were first sent; the document too."""
    found: dict[Any, Observation] = {}
    for sent in earlier:
        if sent.content["report"]["kind"] == Kind.WITHDRAWN:
            continue
        for observation in observations_of(sent.content, mapping, NO_LIMITS, b"" if sent.with_pdf else None):
            found.setdefault(observation.identity, observation)
    return found.values()


def _under_the_patient_it_was_sent_with(
    content: dict[str, Any], earlier: Sequence[Sent]
) -> tuple[dict[str, Any], tuple[Number, ...]]:
    """The receiver finds the results where it filed them: under the person they are not of."""
    last = earlier[-1]
    as_sent = {name: last.content.get(name) for name in ("case", "order", "patient")}
    return content | as_sent, last.numbers


def _amendment(content: dict[str, Any]) -> list[str]:
    """What a later version changed, when, who signed it, and why.

    A withdrawal repeats no value. One because of a wrong patient goes to that patient's record: what the signer wrote and what
    changed may name the right one, and stays out.
    """
    report, signature = content["report"], content["signature"]
    label = report.get("kind_label") or str(report["kind"]).capitalize()
    why = report["reason_label"]
    if report["reason_code"] != WRONG_PATIENT:
        why = f"{why}: {report['reason']}"
    replaced = f"{label}: replaces version {report['previous']['version']}."
    said = [f"{replaced} Signed by {signature['name']}, {signature['signed_at']}. {why}"]
    if report["kind"] != Kind.WITHDRAWN:
        said += [f"{change['what']}: {change['old']}, now {change['new']}" for change in report["changes"]]
    return [sentence.translate(_PLAINER) for sentence in said]


def _message(
    content: dict[str, Any],
    result: _Result,
    route: Route,
    mapping: Mapping,
    numbers: tuple[Number, ...],
    at: dt.datetime,
    version: int | str,
    replay: int,
    rejected: Sequence[Coded] = (),
) -> Outgoing:
    if not numbers or not all(number.value and number.authority for number in numbers):
        raise HeldMessageError(
            gettext_noop("A number of the patient has no assigning authority. Set it at the clinic.")
        )
    context = Context(content, OrderNumbers.of(content), route, mapping)
    identity = control_id(content["case"]["id"], version, replay)
    segments = [msh(context, identity, at), sft(route), pid(context, numbers)]
    if context.order.visit_number:
        segments.append(pv1(context))
    panel = mapping.result(REPORT, PANEL)
    segments += [
        orc(context, ON_HOLD if result.order_waits else result.order_status),
        obr(context, panel, result.order_status, at),
    ]
    segments += [note(number, said) for number, said in enumerate(result.notes, start=1)]
    for number, observation in enumerate(result.observations, start=1):
        segments.append(obx(context, number, observation, result.status_of(observation)))
        if observation.note:
            segments.append(note(1, observation.note))
    segments.append(spm(context, rejected))
    return Outgoing(identity, encode(message(*segments), route.charset))
