"""The house style, as far as a machine can keep it."""

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
SQL = re.compile(r"\b(SELECT\b.+\bFROM|INSERT INTO|UPDATE\b.+\bSET|DELETE FROM)\b", re.DOTALL)
SKIPPED_FOLDERS = {".venv", ".tradeline", "node_modules"}
# Written so that this very file does not contain what it looks for.
MACHINE_SPECIFIC = re.compile(
    r"(?<![\w.])/" + r"work\b|pypi" + r"\.org|pythonhosted" + r"\.org|registry\.npm" + r"js"
    r"|--index-" + r"url|--find-" + r"links|file:" + r"///"
)
LOCK_FILES = ("requirements.lock", "requirements-dev.lock")


def sources(*roots: str) -> Iterator[Path]:
    for root in roots:
        yield from (ROOT / root).rglob("*.py")


def texts() -> Iterator[tuple[Path, str]]:
    """All text files that are, or are about to be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:  # not a checkout, but a copy of one
        paths = [path for path in ROOT.rglob("*") if not SKIPPED_FOLDERS & set(path.parts)]
    for path in paths:
        if path.is_file():
            try:
                yield path, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def test_files_and_functions_fit_the_eye() -> None:
    too_long = []
    for path in sources("backend", "graphql", "tests"):
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > FILE_LINES_MAX:
            too_long.append(f"{path.relative_to(ROOT)} has {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                lines = node.end_lineno - node.lineno + 1
                if lines > FUNCTION_LINES_MAX:
                    where = f"{path.relative_to(ROOT)}:{node.lineno}"
                    too_long.append(f"{where} {node.name} has {lines} lines")
    assert too_long == []


def test_sql_lives_in_queries() -> None:
    strays = [
        str(path.relative_to(ROOT))
        for path in sources("backend", "graphql")
        if "queries" not in (path.stem, path.parent.name)
        and "migrations" not in path.parts
        and any(SQL.search(text) for text in _strings(path))
    ]
    assert strays == []


def test_nobody_who_trades_rings_for_others() -> None:
    """A commit with a NOTIFY keeps all others from committing meanwhile (ADR 0012)."""
    ringing = [
        path.relative_to(ROOT).as_posix()
        for ending in ("py", "sql")
        for path in (ROOT / "backend").rglob(f"*.{ending}")
        if "pg_notify" in path.read_text(encoding="utf-8")
    ]
    assert ringing == ["backend/tradeline_server/queries.py"]


def test_nothing_names_a_certain_machine_or_registry() -> None:
    named = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path, text in texts()
        if (match := MACHINE_SPECIFIC.search(text))
    ]
    assert named == []


def test_lock_files_name_versions_and_hashes_only() -> None:
    for name in LOCK_FILES:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        for line in text.splitlines():
            if line and not line.startswith((" ", "#")):
                assert "==" in line, f"{name}: {line}"
                assert line.endswith("\\"), f"{name} has no hash for {line}"


def test_the_portals_lock_file_holds_every_package_of_every_platform_by_its_hash() -> None:
    """Without the optional ones of other platforms, `npm ci` refuses the whole file."""
    text = (ROOT / "portal/package-lock.json").read_text(encoding="utf-8")
    packages = {path: package for path, package in json.loads(text)["packages"].items() if path}
    names = {path.rpartition("node_modules/")[2] for path in packages}

    assert [path for path, package in packages.items() if "resolved" in package] == []
    assert [path for path, package in packages.items() if "integrity" not in package] == []
    assert [
        f"{path} wants {name}"
        for path, package in packages.items()
        for name in package.get("optionalDependencies", {})
        if name not in names
    ] == []


def _strings(path: Path) -> Iterator[str]:
    """All string constants but docstrings, which may well talk of what is updated and set."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in docstrings:
            continue
        if isinstance(node.value, str):
            yield node.value
