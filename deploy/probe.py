"""Health probe for containers, without curl.

python -m deploy.probe URL                           ends with 0 when URL answers 200
python -m deploy.probe --newer-than SECONDS FILE...  ends with 0 when one of the files (or FILE.db, FILE.dat: the
                                                     suffix depends on the shelve back end) changed lately
"""

import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

USAGE = 2


def main(arguments: list[str]) -> int:
    """Return 0 when healthy, 1 when not, 2 when called wrongly."""
    match arguments:
        case [url]:
            return 0 if _answers(url) else 1
        case ["--newer-than", seconds, *files] if files:
            return 0 if any(_changed_within(float(seconds), file) for file in files) else 1
    print(__doc__, file=sys.stderr)
    return USAGE


def _answers(url: str) -> bool:
    if not url.startswith(("http://", "https://")):
        return False
    request = urllib.request.Request(url)  # noqa: S310 - the scheme was just checked
    # Asked by address from inside its container, the web still answers only to its own name.
    own_name = os.environ.get("HEMATOVISION_ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".")
    if own_name:
        request.add_header("Host", own_name)
    try:
        with urllib.request.urlopen(request, timeout=4) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _changed_within(seconds: float, file: str) -> bool:
    since = time.time() - seconds
    path = Path(file)
    return any(found.stat().st_mtime >= since for found in path.parent.glob(f"{path.name}*"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
