"""TLS towards a receiver, with the certificates of a connection."""

from __future__ import annotations

import ssl
from pathlib import Path
from tempfile import TemporaryDirectory

from integrations.said import gettext_noop


class BadCertificateError(ValueError):
    """The certificates of the connection cannot be used."""


def client_context(*, authority: str, certificate: str = "", key: str = "") -> ssl.SSLContext:
    """Return a context that trusts `authority` (PEM), or the public ones where it is empty, and shows `certificate`.

    The library takes a key from a file only: it lies in a folder of ours (0700) for as long as that takes. Raises
    `BadCertificateError`.
    """
    try:
        context = ssl.create_default_context(cadata=authority or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if certificate:
            with TemporaryDirectory() as folder:
                file = Path(folder) / "own.pem"
                file.touch(mode=0o600)
                file.write_text(f"{key.strip()}\n{certificate.strip()}\n", encoding="ascii")
                # Never asked for on the terminal of a worker.
                context.load_cert_chain(file, password="")
    except (ssl.SSLError, ValueError) as error:
        raise BadCertificateError(gettext_noop("The certificates of the connection cannot be used.")) from error
    return context
