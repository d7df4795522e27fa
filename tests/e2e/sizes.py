"""How large the stories are: bounded in `make test`, at their full length in `make proof`."""

from __future__ import annotations

import os

import pytest

IS_FULL = os.environ.get("TRADELINE_PROOF") == "full"
STORY_SECONDS_MAX = 1_800 if IS_FULL else 300

takes_its_time = pytest.mark.timeout(STORY_SECONDS_MAX)
in_proof = pytest.mark.skipif(not IS_FULL, reason="one more of its kind, for `make proof`")


def sized(bounded: int, full: int) -> int:
    """How many of something: so many in `make test`, so many in `make proof`."""
    return full if IS_FULL else bounded
