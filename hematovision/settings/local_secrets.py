"""Random secrets of one local installation, so that the source holds no default secret."""

import base64
import contextlib
import json
import os
import secrets
from pathlib import Path


def read_or_make_secrets(path: Path) -> dict[str, str]:
    """Return the secrets kept in `path`, making them (mode 0600) when the file is not there.

    Several processes may start at once: the file appears whole by a hard link, which fails when
    somebody else was first, and then theirs is read.
    """
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = {
            "secret_key": secrets.token_urlsafe(64),
            "field_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "blind_index_key": secrets.token_urlsafe(32),
        }
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(made, indent=2))
        try:
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
        finally:
            draft.unlink()
    kept: dict[str, str] = json.loads(path.read_text())
    return kept
