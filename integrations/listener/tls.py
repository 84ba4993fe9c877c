"""TLS of a port, from the certificates of its connection."""

from __future__ import annotations

import ssl
import tempfile
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM: ours with its key, and the authority of those who may connect; without one nobody is asked for theirs."""

    certificate: str
    key: str = field(repr=False)
    authority: str = ""


def context_of(certificates: Certificates) -> ssl.SSLContext:
    """Return what a server needs; raises `ssl.SSLError` or `ValueError` where the certificates are none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # OpenSSL takes its own certificate from files alone; these are gone before anybody connects.
    with tempfile.TemporaryDirectory() as folder:
        names = [Path(folder) / name for name in ("certificate.pem", "key.pem")]
        for name, text in zip(names, (certificates.certificate, certificates.key), strict=True):
            name.touch(mode=0o600)
            name.write_text(text)
        context.load_cert_chain(names[0], names[1])
    if certificates.authority:
        context.load_verify_locations(cadata=certificates.authority)
        context.verify_mode = ssl.CERT_REQUIRED
    return context
