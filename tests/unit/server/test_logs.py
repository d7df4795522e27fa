"""What a log may tell of a bug: where it is, never what was being handled."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator

import pytest
import structlog

from tradeline_server.logs import configure_logs, formatter

SECRET = "correct-horse-battery-staple"


def fail_with(password: str) -> None:
    hashed = password[::-1]
    raise RuntimeError(f"could not check {len(hashed)} characters")


def logged(for_person: bool) -> str:
    """One bug as structlog logs it, and one as the standard library does."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(for_person=for_person))
    root = logging.getLogger()
    former, root.handlers = root.handlers, [handler]
    try:
        try:
            fail_with(password=SECRET)
        except RuntimeError as error:
            structlog.get_logger("tradeline.test").error("bug", exc_info=error)
            logging.getLogger("uvicorn.error").exception("bug elsewhere")
    finally:
        root.handlers = former
    return re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    structlog.reset_defaults()
    configure_logs()
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


@pytest.mark.parametrize("for_person", [True, False])
def test_a_traceback_tells_the_place_and_no_values(for_person: bool) -> None:
    log = logged(for_person)

    assert log.count("fail_with") >= 2, "both tracebacks are there"
    assert "could not check 28 characters" in log
    assert "locals" not in log
    letters = re.sub(r"[^a-z-]", "", log)  # a narrow terminal breaks lines anywhere
    assert SECRET not in letters
    assert SECRET[::-1] not in letters
