"""Nine fields of 0.9 MB over a slow line that drops twice: they arrive, and nobody presses anything.

The suite has no quarter of an hour for 64 kbit/s: there the line is faster and all else is the same. The real one:
LINE_KBITS=64 pytest tests/browser/test_uploading_on_a_slow_line.py
"""

import hashlib
import os
import random

import pytest
from PIL import Image

from tests.browser.conftest import PHONE
from tests.browser.cutting_proxy import CuttingProxy
from tests.factories.cases import CaseFactory

KBITS = int(os.environ.get("LINE_KBITS", "8192"))
LATENCY_MS = 600
FIELDS = 9
# Noise as PNG takes three bytes a pixel.
SIZE_PX = (600, 500)
DROPS = (3_000_000, 2_500_000)


@pytest.fixture
def fields(tmp_path):
    """Nine pictures of 0.9 MB, each other than the rest."""
    paths = [tmp_path / f"field-{number}.png" for number in range(1, FIELDS + 1)]
    for number, path in enumerate(paths):
        noise = random.Random(number).randbytes(SIZE_PX[0] * SIZE_PX[1] * 3)
        Image.frombytes("RGB", SIZE_PX, noise).save(path)
    return paths


@pytest.fixture
def line(live_server):
    """The line between the phone and the server."""
    proxy = CuttingProxy(live_server.thread.httpd.server_address, DROPS)
    yield proxy
    proxy.close()


def slow_down(page):
    """Give the page the throughput and the latency of the line."""
    bytes_a_second = KBITS * 1000 / 8
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    conditions = {"offline": False, "latency": LATENCY_MS}
    throughput = {"downloadThroughput": bytes_a_second, "uploadThroughput": bytes_a_second}
    network.send("Network.emulateNetworkConditions", conditions | throughput)


def test_nine_fields_arrive_over_a_slow_line_that_drops_twice(open_as, transactional_db, amina, fields, line):
    case = CaseFactory(clinic=amina.organisation, created_by=amina)
    page = open_as(amina, size=PHONE)
    page.goto(f"{line.url}/cases/{case.pk}/")
    slow_down(page)
    page.locator("#upload-files").set_input_files(fields)
    bits = sum(path.stat().st_size for path in fields) * 8
    page.get_by_text(f"Sent: {FIELDS} of {FIELDS}.").wait_for(timeout=10 * (60_000 + bits / KBITS))
    assert line.made == len(DROPS)
    sent = sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in fields)
    assert sorted(image.sha256 for image in case.images.all()) == sent
