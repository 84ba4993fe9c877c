"""What the environment says, read once and shared by the other settings files."""

from pathlib import Path

import environ

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parents[2]

# Everything the running system writes lives below this one folder.
VAR_DIR = Path(env.str("HEMATOVISION_VAR", default=str(BASE_DIR / "var"))).resolve()
