"""One signed version of the report of a case, with what of the record around it a resource names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

REPORT_STATUS = {
    "original": "final",
    "corrected": "corrected",
    "appended": "appended",
    "withdrawn": "entered-in-error",
}
"""The status of a DiagnosticReport, by the kind of its version."""


@dataclass(frozen=True, slots=True)
class SignedVersion:
    """Ids are text. `content` is what was signed; `pdf_sha1` is base64, as R4 wants the hash of an attachment.

    `was_corrected` says whether this version or one before it is a correction, `former` names the observations that an
    earlier version had and this one has not, `images` (id, title) the images that can still be shown.
    """

    report: str
    case: str
    version: int
    kind: str
    previous: str
    was_corrected: bool
    digest: str
    signature_digest: str
    content: dict[str, Any]
    pdf_sha1: str
    pdf_size: int
    former: tuple[str, ...] = ()
    images: tuple[tuple[str, str], ...] = ()
    order: str = ""

    @property
    def signed_at(self) -> str:
        """When it was signed, ISO 8601."""
        return str(self.content["signature"]["signed_at"])

    @property
    def meta(self) -> dict[str, Any]:
        """What every resource of this version says of its version."""
        return {"versionId": str(self.version), "lastUpdated": self.signed_at}

    @property
    def is_withdrawn(self) -> bool:
        """Whether this version takes the report back."""
        return self.kind == "withdrawn"

    @property
    def observation_status(self) -> str:
        """The status of its results: R4 knows none for an addendum, which leaves them as they were."""
        if self.is_withdrawn:
            return "entered-in-error"
        return "corrected" if self.was_corrected else "final"
