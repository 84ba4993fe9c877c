"""A clinic whose numbers have an authority, and a connection that sends results of its laboratory."""

import datetime as dt
from dataclasses import dataclass

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.factories.connections import a_connection


@pytest.fixture
def riverside(riverside):
    riverside.hl7_authority = "RIVERSIDE"
    riverside.save()
    return riverside


@pytest.fixture
def lis(central, ines):
    """Results go to a port where nobody is, until a test gives it another."""
    return a_connection(central, ines, name="LIS", port=1)


@pytest.fixture
def to():
    """Have a connection send to a port."""

    def send_to(connection, receiver, **changes):
        for name, value in {"port": receiver.port, **changes}.items():
            setattr(connection, name, value)
        connection.save(update_fields=["port", *changes])
        return connection

    return send_to


@dataclass(frozen=True)
class Certificate:
    """A certificate for localhost that vouches for itself, in PEM, and a file with its key before it."""

    pem: str
    key: str
    file: str


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(Encoding.PEM).decode()
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    file = tmp_path_factory.mktemp("tls") / "localhost.pem"
    file.write_text(secret + pem)
    return Certificate(pem, secret, str(file))
