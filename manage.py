#!/usr/bin/env python
"""Django's command line for HematoVision."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run one management command under the local settings unless told otherwise."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hematovision.settings.local")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
