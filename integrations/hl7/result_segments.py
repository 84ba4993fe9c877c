"""The segments of a result message, each from what the report says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from integrations.codes import BLOOD, SEX_OUT, Coded
from integrations.hl7.mapping import Mapping, ResultCode
from integrations.hl7.observations import Observation
from integrations.hl7.outgoing import Number, OrderNumbers, Place, Route
from integrations.hl7.text import birth_date_text, time_of
from integrations.hl7.writing import EMPTY, Written, coded, components, header, repeated, segment, subcomponents

VERSION = "2.5.1"
_METHOD = "Differential on images of a stained smear, every cell verified by a person"  # not translated
ON_HOLD = "on hold"
"""Of an order without a result that waits for another specimen."""
_ORDER_STATUS = {"F": "CM", "C": "CM", "P": "IP", "X": "CA", ON_HOLD: "HD"}
"""HL7 table 0038 by the status of the result: completed, in process, cancelled, on hold."""


@dataclass(frozen=True, slots=True)
class Context:
    """What every segment may ask."""

    content: dict[str, Any]
    order: OrderNumbers
    route: Route
    mapping: Mapping

    @property
    def placer(self) -> Written:
        """ORC-2 and OBR-2."""
        return components(self.order.placer_number, self.order.placer_namespace)

    @property
    def filler(self) -> Written:
        """ORC-3 and OBR-3: the accession number; empty for an order without a case."""
        number = self.content["case"]["accession_number"]
        return components(number, self.route.filler_namespace) if number else EMPTY

    @property
    def collected(self) -> str:
        """When the specimen was collected."""
        return self.time(self.content["case"]["collected_at"])

    @property
    def signed(self) -> str:
        """When the version was signed; empty while nobody did."""
        signature = self.content.get("signature")
        return self.time(signature["signed_at"]) if signature else ""

    @property
    def signer(self) -> tuple[str, str]:
        """The receiver's number of whoever signed, where the mapping has one, and the printed name."""
        signature = self.content.get("signature")
        return (self.mapping.signers.get(signature["signer"], ""), signature["name"]) if signature else ("", "")

    def time(self, written: str) -> str:
        """Return a time of the content as HL7 has it."""
        return time_of(dt.datetime.fromisoformat(written), self.route.zone) if written else ""


def _place(place: Place) -> Written:
    return components(place.name, place.universal_id, place.universal_id_type)


def msh(context: Context, control_id: str, at: dt.datetime) -> str:
    """Who sends what to whom. MSH-15 and MSH-16 are empty: original mode."""
    route = context.route
    return header(
        {
            3: _place(route.sending_application),
            4: _place(route.sending_facility),
            5: _place(route.receiving_application),
            6: _place(route.receiving_facility),
            7: time_of(at, route.zone),
            9: components("ORU", "R01", "ORU_R01"),
            10: control_id,
            11: route.processing_id,
            12: VERSION,
            18: route.charset,
        }
    )


def sft(route: Route) -> str:
    """The program that wrote the message."""
    return segment(
        "SFT",
        {1: components(route.software), 2: route.software_version, 3: route.software, 4: route.software_version},
    )


def pid(context: Context, numbers: tuple[Number, ...]) -> str:
    """The patient as the report names them."""
    patient = context.content["patient"]
    sex = patient.get("sex_code", str(patient["sex"]).lower())
    return segment(
        "PID",
        {
            1: "1",
            3: repeated(*(components(number.value, "", "", number.authority, number.kind) for number in numbers)),
            5: components(patient["family_name"], patient["given_name"], "", "", "", "", "L"),
            7: birth_date_text(patient["birth_date"]),
            8: SEX_OUT.get(sex, "U"),
        },
    )


def pv1(context: Context) -> str:
    """The visit; its class is not known here."""
    return segment("PV1", {1: "1", 2: "U", 19: components(context.order.visit_number)})


def _orderer(context: Context) -> Written:
    """The name as one part: where it divides is not told."""
    return components(context.order.ordering_id, context.order.ordering_name)


def orc(context: Context, status: str) -> str:
    """The order: observations to follow."""
    return segment(
        "ORC", {1: "RE", 2: context.placer, 3: context.filler, 5: _ORDER_STATUS[status], 12: _orderer(context)}
    )


def obr(context: Context, panel: ResultCode, status: str, at: dt.datetime) -> str:
    """The examination, and what has become of it."""
    case = context.content["case"]
    question = case["clinical_question"]
    number, name = context.signer
    return segment(
        "OBR",
        {
            1: "1",
            2: context.placer,
            3: context.filler,
            4: coded(panel.code, panel.local),
            7: context.collected,
            16: _orderer(context),
            22: context.signed or time_of(at, context.route.zone),
            24: "HM",
            25: status,
            31: components("", question) if question else EMPTY,
            32: components(subcomponents(number, name)) if name else EMPTY,
        },
    )


def note(number: int, said: str) -> str:
    """A remark of the laboratory."""
    return segment("NTE", {1: str(number), 2: "L", 3: said})


def obx(context: Context, number: int, observation: Observation, status: str) -> str:
    """One result."""
    result, place = observation.result, context.content["laboratory"]
    unit = result.unit
    signer, name = context.signer
    return segment(
        "OBX",
        {
            1: str(number),
            2: observation.value_type,
            3: coded(result.code, result.local),
            4: observation.part,
            5: observation.value,
            6: coded(unit) if unit is not None else EMPTY,
            7: observation.reference,
            8: observation.flag,
            11: status,
            14: context.collected,
            16: components(signer, name),
            17: components("", _method(context.content)) if observation.is_counted else EMPTY,
            19: context.signed,
            23: components(
                place["name"], "", "", "", "", context.route.filler_namespace, "XX", "", "", place.get("slug", "")
            ),
        },
    )


def _method(content: dict[str, Any]) -> str:
    """How cells were counted, with the models that suggested their classes."""
    models = " and ".join(f"{model['name']} {model['version']}" for model in content["ai"]["models"])
    return f"{_METHOD}; classes suggested by {models}" if models else _METHOD


def spm(context: Context, rejected: Sequence[Coded]) -> str:
    """The specimen, and why it was rejected where it was."""
    return segment(
        "SPM",
        {
            1: "1",
            4: coded(BLOOD),
            17: context.collected,
            20: "N" if rejected else "",
            21: repeated(*(coded(each) for each in rejected)),
        },
    )
