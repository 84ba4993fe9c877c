"""The steps of training as commands: each module has `HELP`, `add_arguments(parser)` and `run(arguments)`.

`python -m training <step>` offers these; `manage.py train <step>` adds `register`, which needs the platform.
"""

from types import ModuleType

from . import blend, calibrate, card, compare, crops, evaluate, explore, export, fit, prepare, preview, tune

STEPS: dict[str, ModuleType] = {
    "prepare": prepare,
    "explore": explore,
    "crops": crops,
    "preview": preview,
    "fit": fit,
    "tune": tune,
    "blend": blend,
    "export": export,
    "evaluate": evaluate,
    "compare": compare,
    "calibrate": calibrate,
    "card": card,
}
