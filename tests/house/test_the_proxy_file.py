"""deploy/nginx.conf is one that nginx takes, and says what the RUNBOOK expects of a proxy."""

from __future__ import annotations

import re
import shutil
import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings

FILE = Path(settings.BASE_DIR) / "deploy" / "nginx.conf"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
MEGABYTE = 1024**2


def certificate(folder):
    """A certificate for the example's name, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "smears.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_nginx_takes_the_file(tmp_path):
    certificate(tmp_path)
    text = FILE.read_text().replace("/etc/ssl/hematovision", str(tmp_path)).replace("/run/", f"{tmp_path}/")
    (tmp_path / "nginx.conf").write_text(text)
    tried = subprocess.run(
        [NGINX, "-t", "-p", tmp_path, "-c", tmp_path / "nginx.conf"], check=False, capture_output=True, text=True
    )
    assert tried.returncode == 0, tried.stderr


def test_a_file_of_the_largest_size_passes_the_proxy():
    most = int(re.search(r"client_max_body_size (\d+)m;", FILE.read_text())[1]) * MEGABYTE
    assert most > settings.UPLOAD_MAX_BYTES + MEGABYTE


@pytest.mark.parametrize("said", ["proxy_request_buffering on;", "X-Forwarded-For $remote_addr;", "access_log off;"])
def test_the_proxy_waits_for_whole_requests_believes_no_client_and_logs_no_address(said):
    assert said in FILE.read_text()


def test_pieces_of_uploads_are_passed_on_as_they_come():
    pieces = FILE.read_text().partition("location /api/v1/uploads/ {")[2].partition("}")[0]
    assert "proxy_request_buffering off;" in pieces
    assert "X-Forwarded-For $remote_addr;" in pieces


def test_tls_is_new_and_forward_secret():
    text = FILE.read_text()
    assert re.search(r"ssl_protocols (.*);", text)[1].split() == ["TLSv1.2", "TLSv1.3"]
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_ciphers(re.search(r"ssl_ciphers (\S+);", text)[1])
    for suite in context.get_ciphers():
        assert suite["aead"], suite["name"]
        assert suite["protocol"] == "TLSv1.3" or suite["kea"] == "kx-ecdhe", suite["name"]


def test_programs_are_not_led_from_http_to_https():
    plain = FILE.read_text().partition("listen 80;")[2].partition("listen 443")[0]
    assert re.search(r"location ~ \^/\(api\|identity\)/ \{\s+return 403;", plain)
