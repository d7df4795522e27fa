"""Statements for tests to write into files, and what can be read back from these."""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from tradeline.organizations import LegalEntity, Organization, OrganizationKind, Side
from tradeline.settlement import Obligation, ObligationKind, Statement, StatementState
from tradeline_server.files.statements import Ledger, Party, make_ledger

ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}

ISSUED_AT = datetime(2026, 11, 30, 16, tzinfo=UTC)


def a_party(name: str, name_en: str = "", *, confirmed_at: datetime | None = None) -> Party:
    organization = Organization(
        network_id=1,
        id=1,
        parent_id=None,
        kind=OrganizationKind.TRADER,
        code="T",
        name=name,
        name_en=name_en,
        region="CN-ZJ",
        is_active=True,
        created_by_org_id=None,
        is_independent=True,
        created_at=ISSUED_AT,
    )
    entity = LegalEntity(
        network_id=1,
        id=1,
        org_id=1,
        code="T",
        name=f"{name}有限公司",
        name_en="",
        tax_number="91310000MA1FL0000X",
        created_at=ISSUED_AT,
    )
    return Party(organization=organization, entity=entity, confirmed_at=confirmed_at)


def an_obligation(
    minutes: int, amount: int, currency: str = "CNY", document_number: str = "RC-1"
) -> Obligation:
    """Told so many minutes after the end of the statement's period; before it if below zero."""
    return Obligation(
        id=minutes,
        relationship_id=1,
        kind=_kind(minutes, amount),
        currency=currency,
        amount_minor=amount,
        document_type="receipt",
        document_id=minutes,
        document_number=document_number,
        occurred_at=ISSUED_AT + timedelta(minutes=minutes - 1),
        due_on=date(2026, 12, 31) if amount > 0 else None,
    )


def a_ledger(
    amounts: Sequence[int],
    *,
    opening_minor: int = 0,
    currency: str = "CNY",
    seller: Party | None = None,
    buyer: Party | None = None,
    document_number: str = "RC-1",
    dispute_reason: str | None = None,
) -> Ledger:
    """A statement of so many minor units each; what is below zero lowers what the buyer owes."""
    obligations = [
        an_obligation(number, amount, currency, document_number)
        for number, amount in enumerate(amounts, start=1 - len(amounts))
    ]
    movement = sum(amounts)
    statement = Statement(
        id=1,
        relationship_id=1,
        number="ST-100042",
        sequence=2,
        currency=currency,
        period_from=ISSUED_AT - timedelta(days=30),
        period_to=ISSUED_AT,
        opening_minor=opening_minor,
        movement_minor=movement,
        closing_minor=opening_minor + movement,
        state=StatementState.ISSUED if dispute_reason is None else StatementState.DISPUTED,
        issued_at=ISSUED_AT,
        seller_confirmed_at=None,
        buyer_confirmed_at=None,
        disputed_by_org_id=None if dispute_reason is None else 2,
        dispute_reason=dispute_reason,
        previous_hash=b"\x12" * 32,
        hash=b"\xab" * 32,
        seller_org_id=1,
        buyer_org_id=2,
    )
    return make_ledger(
        statement,
        obligations,
        seller=seller or a_party("江南茶業貿易行", "Jiangnan Tea", confirmed_at=ISSUED_AT),
        buyer=buyer or a_party("镕堃喆便利店", "Rongkun Convenience"),
    )


def _kind(number: int, amount: int) -> ObligationKind:
    side = Side.BUYER if amount > 0 else Side.SELLER
    kinds = [kind for kind in ObligationKind if kind.owed_by is side]
    return kinds[number % len(kinds)]


def sheets_of(content: bytes) -> list[list[list[Any]]]:
    """The cells of a spreadsheet's sheets."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def text_of_pdf(document: bytes) -> str:
    """What a document says, by its own table of what each glyph stands for, in order of drawing.

    It knows documents of one font only, and fails on another: a character that the font of ours
    lacks would come in one of the system's. A glyph that stands for nothing becomes "\\ufffd".
    """
    streams = [
        _inflated(body) for body in re.findall(rb"stream\r?\n(.*?)\nendstream", document, re.DOTALL)
    ]
    tables = [body for body in streams if b"beginbfchar" in body or b"beginbfrange" in body]
    assert len(tables) == 1, "the document has more fonts than ours"
    assert any(b"TradelineSans" in part for part in (document, *streams)), "not in our font"
    meaning = {
        int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be")
        for glyph, text in re.findall(rb"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]+)>", tables[0])
    }
    said = []
    for body in (body for body in streams if b"\nBT" in body):  # where text begins
        for raw in _strings(body):
            said += [
                meaning.get(glyph, "\ufffd") if glyph else "\ufffd"
                for (glyph,) in struct.iter_unpack(">H", raw)
            ]
    return "".join(said)


def _inflated(body: bytes) -> bytes:
    """Whatever follows, as half of a line's end may: a checksum can end like one just as well."""
    try:
        return zlib.decompressobj().decompress(body)
    except zlib.error:
        return b""


def _strings(body: bytes) -> Iterator[bytes]:
    """The strings that a page draws, one after the other: hexadecimal in <>, or bytes in (), in
    which brackets that match need no escape."""
    position = 0
    while found := re.compile(rb"[<(]").search(body, position):
        position = found.end()
        if found[0] == b"<":
            end = body.index(b">", position)
            yield bytes.fromhex(body[position:end].decode())
            position = end + 1
            continue
        text, depth = bytearray(), 1
        while depth:
            piece = re.compile(rb"\\([0-7]{1,3}|.)|.", re.DOTALL).match(body, position)
            assert piece is not None, "a string without an end"
            position = piece.end()
            depth += {b"(": 1, b")": -1}.get(piece[0], 0)
            text += _meant(piece) if depth else b""
        yield bytes(text)


def _meant(piece: re.Match[bytes]) -> bytes:
    """One byte of a string, which may be escaped."""
    letter = piece[1]
    if letter is None:
        return piece[0]
    return bytes([int(letter, 8)]) if letter.isdigit() else ESCAPES.get(letter, letter)


def characters_of(font: Path) -> set[int]:
    """The characters that an OpenType font has a glyph for, from its table of all planes."""
    data = font.read_bytes()
    for index in range(struct.unpack(">H", data[4:6])[0]):
        tag, _, offset, _ = struct.unpack(">4sLLL", data[12 + 16 * index : 28 + 16 * index])
        if tag == b"cmap":
            return _characters(data, offset)
    raise AssertionError("the font has no cmap")


def _characters(data: bytes, start: int) -> set[int]:
    for index in range(struct.unpack(">H", data[start + 2 : start + 4])[0]):
        record = data[start + 4 + 8 * index : start + 12 + 8 * index]
        offset = start + struct.unpack(">HHL", record)[2]
        if struct.unpack(">H", data[offset : offset + 2])[0] == 12:
            count = struct.unpack(">L", data[offset + 12 : offset + 16])[0]
            groups = data[offset + 16 : offset + 16 + 12 * count]
            return {
                character
                for first, last, _ in struct.iter_unpack(">LLL", groups)
                for character in range(first, last + 1)
            }
    raise AssertionError("the font has no table of all planes")
