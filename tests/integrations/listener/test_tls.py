"""A port with TLS asks for the certificate of an authority, where the connection names one."""

from __future__ import annotations

import datetime as dt
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from integrations.hl7.mllp import frame
from integrations.models import ListenerHeartbeat
from tests.factories.hl7_messages import an_order, order

pytestmark = pytest.mark.django_db(transaction=True)

LOCALHOST = x509.SubjectAlternativeName([x509.DNSName("localhost")])


def certificate(name, issuer=None):
    """A certificate with its key; its own authority unless there is an issuer."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signed_by, sign_with = issuer or (subject, key)
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signed_by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(LOCALHOST, critical=False)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .sign(sign_with, hashes.SHA256())
    )
    pem = built.public_bytes(Encoding.PEM).decode()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return pem, private, (subject, key)


@pytest.fixture(scope="module")
def authority():
    return certificate("authority")


@pytest.fixture
def with_tls(connection, authority):
    """The connection, with a certificate of ours and an authority for theirs."""
    connection.uses_tls = True
    connection.tls_certificate, connection.tls_key, _ = certificate("ours", authority[2])
    connection.tls_authority = authority[0]
    connection.save()
    return connection


@pytest.fixture
def client_context(authority, tmp_path):
    """What a sender brings: trust in the authority, and a certificate where one is given."""

    def make(*own):
        context = ssl.create_default_context(cadata=authority[0])
        if own:
            (tmp_path / "own.pem").write_text("".join(own))
            context.load_cert_chain(tmp_path / "own.pem")
        return context

    return make


def test_whoever_has_a_certificate_of_the_authority_is_let_in(with_tls, running, client_context, authority):
    pem, key, _ = certificate("theirs", authority[2])
    assert running.sender(with_tls, client_context(pem, key)).send(an_order()).code == "AA"


def test_nobody_else_is_let_in(with_tls, running, client_context, authority):
    stranger, stranger_key, _ = certificate("stranger")
    for context in (client_context(), client_context(stranger, stranger_key)):
        with pytest.raises((ssl.SSLError, ConnectionError)):
            running.sender(with_tls, context).send(an_order())
    plain = running.sender(with_tls)
    plain.push(frame(an_order()))
    assert plain.is_closed() or plain.is_closed()
    pem, key, _ = certificate("theirs", authority[2])
    assert running.sender(with_tls, client_context(pem, key)).send(an_order(*order(number="P2"))).code == "AA"


def test_a_port_without_a_certificate_is_not_opened_and_says_so(connection, running):
    connection.uses_tls = True
    connection.save()
    running.go_round()
    with pytest.raises(KeyError):
        running.sender(connection)
    assert "cannot be opened" in ListenerHeartbeat.objects.get().problem
