"""What is audited is published, or named as an exception."""

import ast
import re
from pathlib import Path

import tradeline

ROOT = Path(next(iter(tradeline.__path__)))
DECISION = ROOT.parent / "decisions" / "0011-what-is-published.md"
NAME = re.compile(r"[a-z_]+\.[a-z_]+")


def names_in(path: Path) -> set[str]:
    """The texts of a file that look like an action or a topic."""
    nodes = ast.walk(ast.parse(path.read_text()))
    texts = {it.value for it in nodes if isinstance(it, ast.Constant) and isinstance(it.value, str)}
    return {text for text in texts if NAME.fullmatch(text)}


def test_every_action_and_topic_stands_in_the_decision() -> None:
    decided = set(re.findall(r"`([a-z_.*]+)`", DECISION.read_text()))
    named = set().union(*(names_in(path) for path in ROOT.glob("*/service/*.py")))

    assert "prices.put" in named
    assert named - decided == set()
