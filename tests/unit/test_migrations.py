"""What can be seen of migrations by reading them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

BACKEND: Final = Path(__file__).parents[2] / "backend" / "tradeline"
# These were applied as they are.
LANDED: Final = {"ordering_0003_disputes.sql", "settlement_0002_consumer_sales.sql"}
MADE: Final = re.compile(r"CREATE TABLE (\S+)")
ALTERED: Final = re.compile(r"ALTER TABLE (\S+)\s++(?!VALIDATE)")
DROPPED: Final = re.compile(r"DROP INDEX (\S+);")
INDEXED: Final = re.compile(r"CREATE (?:UNIQUE )?INDEX \w+\s+ON (\S+)")
VALIDATED: Final = re.compile(r"\bVALIDATE CONSTRAINT (\w+)")


def test_whatever_shuts_a_table_reads_none_from_end_to_end() -> None:
    """A table that is altered is shut to readers until its migration is over."""
    found = []
    for path in BACKEND.glob("*/migrations/*.sql"):
        text = re.sub(r"--.*", "", path.read_text(encoding="utf-8"))
        made = set(MADE.findall(text))
        shuts = (set(ALTERED.findall(text)) - made) | set(DROPPED.findall(text))
        reads = (set(INDEXED.findall(text)) - made) | set(VALIDATED.findall(text))
        if shuts and reads and path.name not in LANDED:
            found.append((path.name, sorted(reads)))

    assert found == [], "indexes and VALIDATE go into a migration of their own, after it"
