"""`python -m training <step>`: the steps of training, on any host that has Python and Keras; no platform needed."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType

from classifier.inference.errors import InferenceError

from .steps import STEPS


def build_parser(program: str) -> argparse.ArgumentParser:
    """The parser with one sub-command a step."""
    parser = argparse.ArgumentParser(prog=program, description="From folders of images to a served model.")
    add_steps(parser, STEPS)
    return parser


def add_steps(parser: argparse.ArgumentParser, modules: Mapping[str, ModuleType]) -> None:
    """Give a parser one sub-command a step; each module has `HELP`, `add_arguments(parser)` and `run(arguments)`."""
    steps = parser.add_subparsers(dest="step", required=True, metavar="step", parser_class=argparse.ArgumentParser)
    for name, module in modules.items():
        step = steps.add_parser(name, help=module.HELP, description=module.HELP)
        module.add_arguments(step)
        step.set_defaults(action=module.run)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a step; 0 when it is done, 1 with a sentence on the error stream when it was refused."""
    arguments = build_parser("python -m training").parse_args(argv)
    try:
        arguments.action(arguments)
    except InferenceError as error:
        print(error.sentence, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        print("Stopped. The same command goes on from the last finished epoch.", file=sys.stderr)  # noqa: T201
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
