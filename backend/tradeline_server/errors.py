"""Failures that a person at the command line can act on."""


class CommandError(Exception):
    """Printed as one line without a traceback; the process then ends with `exit_code`."""

    exit_code = 1


class UsageError(CommandError):
    """What was asked for, by option or environment variable, makes no sense."""

    exit_code = 2
