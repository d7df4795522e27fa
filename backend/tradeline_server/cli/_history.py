"""Reading a file for the person at the shell, in their language."""

from __future__ import annotations

import os
from pathlib import Path

from tradeline_server.cli.doctor import shell_locale
from tradeline_server.errors import CommandError
from tradeline_server.history.reading import FileError, History, read_history


def read_file(path: Path) -> History:
    """Raises CommandError, worded in the shell's language, for a file that cannot be used."""
    try:
        return read_history(path)
    except FileError as error:
        raise CommandError(error.message(shell_locale(os.environ))) from error
