"""Whatever ends the program and whatever cuts the line: each picture arrives once, and each has its receipt."""

import hashlib
import io
import os
import random

import pytest
from PIL import Image

from cases.models import SmearImage, Upload, UploadState
from tests.watch.cutting_proxy import cutting_proxy

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

FILES = int(os.environ.get("WATCH_FILES", "40"))
KILLS = max(6, FILES // 25)


def noise(chance):
    """A picture that no two draws make alike, of some ten to some hundred kilobytes."""
    size = (chance.randrange(60, 240), chance.randrange(60, 180))
    file = io.BytesIO()
    Image.frombytes("RGB", size, chance.randbytes(size[0] * size[1] * 3)).save(file, "PNG")
    return file.getvalue()


def test_with_kills_and_cuts_at_random(origin, microscope, new_case, riverside):
    chance = random.Random(66)
    cases = {number: new_case(riverside, number) for number in ("A-1", "A-2", "A-3")}
    pictures = {}
    for number in range(FILES):
        name = f"{chance.choice(list(cases))}_field{number}.png"
        pictures[name] = noise(chance)
        microscope.put(name, pictures[name])
    share = sum(map(len, pictures.values())) // (KILLS + 1)
    with cutting_proxy(origin, seed=66) as proxy:
        for kill in range(KILLS):
            with microscope.start(proxy.url) as program:
                proxy.wait_for(chance.randrange(share // 4, share))
                if kill % 3 == 2:
                    proxy.refuse_one()
                    proxy.wait_for(1)
                program.kill()
        proxy.is_cutting = False
        ended = [microscope.once(proxy.url)]
        while ended[-1][0] == 1 and len(ended) < 5:
            ended.append(microscope.once(proxy.url))
        assert ended[-1][0] == 0, ended
        assert proxy.cuts > KILLS
    sent = {name for name in microscope.names() if not name.endswith(".receipt.json")}
    assert sent == {f"sent/{name}" for name in pictures}
    images = {str(image.pk): image for image in SmearImage.objects.all()}
    assert len(images) == FILES
    for name, content in pictures.items():
        receipt = microscope.receipt(name)
        image = images.pop(receipt["image"])
        assert image.sha256 == receipt["sha256"] == hashlib.sha256(content).hexdigest()
        assert str(image.case_id) == receipt["case"] == cases[name.partition("_")[0]]
    assert set(Upload.objects.filter(image__isnull=False).values_list("state", flat=True)) == {UploadState.FINISHED}


def test_a_program_that_is_told_to_stop_stops(origin, microscope, new_case, riverside):
    new_case(riverside, "A-1")
    microscope.put("A-1_1.png", noise(random.Random(1)))
    with microscope.start(origin) as program:
        line = ""
        while "was sent" not in line:
            line = program.stderr.readline()
        program.terminate()
        assert program.wait(30) == 0
    assert SmearImage.objects.count() == 1
