"""The shell blocks of a document, run by bash as they stand, with every `python` of theirs answered in this process."""

import os
import re
import subprocess
from contextlib import chdir

from django.core.management import call_command

from training.__main__ import main as run_step

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
#: Loading Keras for every command would take minutes: bash hands the words of a command over and waits for its exit status.
_PYTHON = """
set -eu
python() {
  printf '%s\\0' "$#" "$@" >&"$ASK"
  local status
  IFS= read -r -u "$ANSWERED" status
  return "$status"
}
"""


def shell_blocks(document):
    """The text of every block that is marked as shell, in order."""
    return [text for kind, text in _BLOCK.findall(document.read_text()) if kind == "sh"]


def other_blocks(document):
    """The text of every block that is not."""
    return [text for kind, text in _BLOCK.findall(document.read_text()) if kind != "sh"]


def run_blocks(blocks, *, folder, **variables):
    """Run blocks in one shell, in `folder`, with these variables and no others of this process; fails as they fail."""
    asked, ask = os.pipe()
    answered, answer = os.pipe()
    environment = {"PATH": os.environ["PATH"], "ASK": str(ask), "ANSWERED": str(answered), **variables}
    with subprocess.Popen(
        ["bash", "-c", _PYTHON + "\n".join(blocks)],
        cwd=folder,
        env={name: str(value) for name, value in environment.items()},
        stdin=subprocess.DEVNULL,
        pass_fds=(ask, answered),
    ) as shell:
        os.close(ask)
        os.close(answered)
        with os.fdopen(asked, "rb") as questions, os.fdopen(answer, "w") as answers, chdir(folder):
            while words := _words(questions):
                print(run_python(words), file=answers, flush=True)
    assert shell.returncode == 0


def run_python(words):
    """What `python WORDS` gives as its exit status, without a process of its own."""
    match words:
        case ["-m", "training", *step]:
            return run_step(step)
        case ["manage.py", command, *arguments]:
            call_command(command, *arguments)
            return 0
    raise AssertionError(words)


def _words(questions):
    count = _word(questions)
    return [_word(questions) for _ in range(int(count))] if count else []


def _word(questions):
    letters = bytearray()
    while (letter := questions.read(1)) not in {b"", b"\0"}:
        letters += letter
    return letters.decode()
