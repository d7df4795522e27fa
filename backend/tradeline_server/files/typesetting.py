"""A program that sets a document: JSON by standard input, PDF by standard output.

It runs in a process of its own, for the typesetter keeps what it has set in memory for as long as
its process lives. So it imports nothing of ours.
"""

from __future__ import annotations

import sys
from pathlib import Path

import typst

FOLDER = Path(__file__).parent


def typeset(template: Path, data: bytes) -> bytes:
    """The template with the data, which it reads as JSON; they never become a part of it."""
    fonts = typst.Fonts(include_embedded_fonts=False, font_paths=[FOLDER / "fonts"])
    compiler = typst.Compiler(
        template.read_bytes(), font_paths=fonts, sys_inputs={"data": data.decode()}
    )
    # Tags would make the file of a long statement twenty-five times as large.
    document = compiler.compile(format="pdf", pdf_tags=False)
    assert isinstance(document, bytes), "a PDF is one file"
    return document


if __name__ == "__main__":
    sys.stdout.buffer.write(typeset(FOLDER / "statement.typ", sys.stdin.buffer.read()))
