"""Messages of a LIS at a hospital, as bytes: orders, patients."""

from __future__ import annotations

import itertools

_numbers = itertools.count(1)


def a_message(kind, *segments, control_id=None, sender="LIS|HOSPITAL", receiver="HV|LAB", **msh):
    """A message as bytes; each with a control id of its own unless one is given."""
    processing, version = msh.get("processing", "P"), msh.get("version", "2.5.1")
    control_id = control_id or f"LIS{next(_numbers):05}"
    header = rf"MSH|^~\&|{sender}|{receiver}|20261128083000+0100||{kind}|{control_id}|{processing}|{version}|||||"
    return ("\r".join([f"{header}|UNICODE UTF-8", *segments]) + "\r").encode(msh.get("codec", "utf-8"))


def pid(number="MRN123", authority="CLINIC1", family="DOE", given="JANE", born="19800101", sex="F", more=""):
    """A patient."""
    return f"PID|1||{number}^^^{authority}^MR{more}||{family}^{given}||{born}|{sex}"


def order(control="NW", number="PLACER77", *, code="14869-2", priority="S", question="Left shift?"):
    """One order, its specimen collected that morning."""
    return (
        f"ORC|{control}|{number}^LIS||||||||||1234^SMITH^ALEX",
        *((f"TQ1|1||||||||{priority}",) if priority else ()),
        f"OBR|1|{number}^LIS||{code}^Pathologist review of Blood tests^LN|||20261128080000+0100||||||{question}",
    )


def an_order(*lines, patient=None, kind="OML^O21^OML_O21", **msh):
    """A message that places one order, or says what `lines` say."""
    return a_message(kind, patient or pid(), "PV1|1|O|WARD3", *(lines or order()), **msh)


def adt(event, *segments, **msh):
    """A message about a patient."""
    return a_message(f"ADT^{event}", f"EVN|{event}|20261128090000+0100", *segments, **msh)
