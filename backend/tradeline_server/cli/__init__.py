"""The command line, `tradeline`. Each command is a file in here and calls itself `command`."""

import sys
from importlib import import_module
from pathlib import Path

import click

from tradeline_server.cli._terminal import print_error
from tradeline_server.errors import CommandError


class _Commands(click.Group):
    """Finds commands by their files and imports no more than the one that is called for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        files = Path(__file__).parent.glob("[!_]*.py")
        return sorted(path.stem.rstrip("_").replace("_", "-") for path in files)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        stem = cmd_name.replace("-", "_")
        if not (Path(__file__).parent / f"{stem}.py").exists():
            stem += "_"  # a word that Python keeps for itself, such as `import`
        command: click.Command = import_module(f"{__name__}.{stem}").command
        return command


@click.group(cls=_Commands, name="tradeline")
@click.version_option(package_name="tradeline")
def tradeline() -> None:
    """Tradeline: one graph on which trade happens."""


def main(arguments: list[str] | None = None) -> None:
    """Expected failures end in one line on the error output; only bugs show a traceback."""
    try:
        tradeline.main(arguments, prog_name="tradeline", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except CommandError as error:
        print_error(str(error))
        sys.exit(error.exit_code)
