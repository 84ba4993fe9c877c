"""What the browser tests wait for is a function.

Playwright evaluates an expression anew at each look, which our content security policy forbids: such a wait passes
when the first look finds what it waits for, and fails when it does not. A function is evaluated once.
"""

import re
from pathlib import Path

from django.conf import settings

WAIT = re.compile(r"wait_for_function\(\s*f?\"(?P<expression>[^\"]*)")


def test_a_wait_passes_a_function():
    files = sorted(Path(settings.BASE_DIR, "tests", "browser").rglob("*.py"))
    waits = {(file.name, wait["expression"]) for file in files for wait in WAIT.finditer(file.read_text("utf-8"))}
    assert waits
    assert {wait for wait in waits if not re.match(r"(\(\)|\w+) =>", wait[1])} == set()
