"""Statements as spreadsheet and document: what they say, and that they say it rightly."""

from __future__ import annotations

import asyncio
import re
import sys
import time
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest

from tests.factories_files import (
    ISSUED_AT,
    a_ledger,
    a_party,
    an_obligation,
    characters_of,
    sheets_of,
    text_of_pdf,
)
from tradeline.kernel import Locale, Money
from tradeline_server.files import statement_pdf
from tradeline_server.files.answers import Refused
from tradeline_server.files.cells import number_format
from tradeline_server.files.statement_pdf import print_statement
from tradeline_server.files.statement_xlsx import write_statement
from tradeline_server.files.statements import make_ledger
from tradeline_server.files.words import STATEMENT

FONTS = Path(statement_pdf.__file__).with_name("fonts")
FONT = FONTS / "TradelineSans-Regular.otf"


def test_the_balance_runs_from_the_opening_to_the_closing() -> None:
    ledger = a_ledger([5_000, -2_000, 1], opening_minor=-1_000)

    assert [line.balance.minor for line in ledger.lines] == [4_000, 2_000, 2_001]
    assert (ledger.increase.minor, ledger.decrease.minor) == (5_001, 2_000)
    assert ledger.closing == Money(2_001, "CNY")


def test_lines_that_do_not_come_to_the_closing_are_never_handed_out() -> None:
    ledger = a_ledger([5_000])
    statement = replace(ledger.statement, movement_minor=4_999, closing_minor=4_999)

    with pytest.raises(ValueError, match="closes at another sum"):
        make_ledger(statement, [an_obligation(0, 5_000)], seller=ledger.seller, buyer=ledger.buyer)


@pytest.mark.parametrize("locale", Locale)
def test_a_spreadsheet_holds_every_line_as_numbers_and_days(locale: Locale) -> None:
    words = STATEMENT[locale]
    ledger = a_ledger([123_456_789_012, -1, 19_99], opening_minor=-50)

    particulars, lines = sheets_of(write_statement(ledger, locale))

    assert lines[0] == [
        words.date,
        words.kind,
        words.document,
        words.due_on,
        words.increase,
        words.decrease,
        words.balance,
    ]
    assert lines[1] == [words.opening, "", "", "", "", "", -0.5]
    assert lines[2][0] == date(2026, 11, 30)
    assert lines[2][2:] == ["RC-1", date(2026, 12, 31), 1_234_567_890.12, "", 1_234_567_889.62]
    assert lines[3][3:6] == ["", "", 0.01]
    sums = lines[-1]
    assert sums[0] == words.total
    assert [Decimal(str(cell)) for cell in sums[4:]] == [
        ledger.increase.decimal,
        ledger.decrease.decimal,
        ledger.closing.decimal,
    ]
    told = {row[0]: row[1] for row in particulars}
    assert told[words.number] == "ST-100042"
    assert told[words.closing] == float(ledger.closing.decimal)
    assert told[words.hash] == "ab" * 32
    assert told[words.previous_hash] == "12" * 32
    named = {row[0]: row[1:] for row in particulars}
    assert "江南茶業貿易行" in named[words.seller]
    assert "Jiangnan Tea" in named[words.seller]
    assert named[words.seller][-1] or "91310000MA1FL0000X" in named[words.seller]
    assert [row[1] for row in particulars if row[0] == words.confirmed] == [
        "2026-12-01 00:00",
        words.not_confirmed,
    ]


def test_no_cell_is_a_formula_whatever_it_begins_with() -> None:
    evil = ['=HYPERLINK("http://x","y")', "+1", "-1+1", "@SUM(A1)", "\tx", "\rx"]
    for text in evil:
        ledger = a_ledger([1], document_number=text, dispute_reason=text, buyer=a_party(text))
        content = write_statement(ledger, Locale.ZH)

        particulars, lines = sheets_of(content)
        cells = {cell for row in [*particulars, *lines] for cell in row if isinstance(cell, str)}
        assert f"'{text}".replace("\r", "") in {cell.replace("\r", "") for cell in cells}
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
        with zipfile.ZipFile(BytesIO(content)) as archive:
            for name in archive.namelist():
                assert b"<f>" not in archive.read(name), name


def test_a_sum_of_more_digits_than_a_spreadsheet_keeps_is_refused() -> None:
    nearly = 10**15 - 1
    [_, lines] = sheets_of(write_statement(a_ledger([nearly]), Locale.EN))
    assert Decimal(str(lines[-1][-1])) == Decimal("9999999999999.99")

    with pytest.raises(Refused) as refused:
        write_statement(a_ledger([nearly, 1]), Locale.EN)
    assert refused.value.status_code == 422


def test_each_currency_has_its_own_places() -> None:
    assert (number_format("CNY"), number_format("JPY")) == ("#,##0.00", "#,##0")
    [_, lines] = sheets_of(write_statement(a_ledger([1234], currency="JPY"), Locale.EN))
    assert lines[-1][-1] == 1234


@pytest.mark.parametrize(
    ("has_seller", "has_buyer", "zh", "en"),
    [
        (False, False, "待双方确认", "waits for both sides"),
        (True, False, "卖方已确认，待买方确认", "confirmed by the seller, waits for the buyer"),
        (False, True, "买方已确认，待卖方确认", "confirmed by the buyer, waits for the seller"),
    ],
)
async def test_both_files_say_which_side_has_still_to_confirm(
    has_seller: bool, has_buyer: bool, zh: str, en: str
) -> None:
    ledger = a_ledger(
        [1_00],
        seller=a_party("卖方甲", confirmed_at=ISSUED_AT if has_seller else None),
        buyer=a_party("买方乙", confirmed_at=ISSUED_AT if has_buyer else None),
    )

    for locale, told in ((Locale.ZH, zh), (Locale.EN, en)):
        [particulars, _] = sheets_of(write_statement(ledger, locale))
        assert [row[1] for row in particulars if row[0] == STATEMENT[locale].state] == [told]
        text = text_of_pdf(await print_statement(ledger, locale))
        assert told.replace(" ", "") in "".join(text.split())


def test_a_statement_in_dispute_says_so_whoever_had_confirmed_it() -> None:
    ledger = a_ledger([1_00], dispute_reason="少了一瓶酒")

    [particulars, _] = sheets_of(write_statement(ledger, Locale.EN))

    assert ["State", "disputed"] in [list(row[:2]) for row in particulars]


@pytest.mark.parametrize("locale", Locale)
async def test_a_document_says_all_of_it_in_our_font_without_a_gap(locale: Locale) -> None:
    words = STATEMENT[locale]
    ledger = a_ledger([1_234_567_89, -1_00] * 60, opening_minor=5, dispute_reason="少了一瓶酒")

    text = text_of_pdf(await print_statement(ledger, locale))

    assert "\ufffd" not in text
    for name in ("江南茶業貿易行", "Jiangnan Tea", "镕堃喆便利店", "91310000MA1FL0000X"):
        assert name in text
    assert f"{ledger.closing.decimal:,f}" == "74,074,013.45"
    assert text.count("74,074,013.45") == 3, "in the summary, after the last line, in the sums"
    assert "ab" * 32 in text
    assert "12" * 32 in text
    assert "2026-11-01 00:00" in text
    assert "少了一瓶酒" in text
    assert words.confirmed + " 2026-12-01 00:00" in text
    assert words.not_confirmed in text
    assert text.count(words.date + words.kind + words.document) >= 3, "a head on each page"
    pages = re.findall(words.page.replace("{n}", r"(\d+)").replace("{m}", r"(\d+)"), text)
    assert pages == [(str(n + 1), str(len(pages))) for n in range(len(pages))]
    assert len(pages) >= 3


async def test_what_people_write_is_never_markup_or_code() -> None:
    evil = '#panic("x") #read("/etc/passwd") $1/2$ *b* _i_ `c` @ref <l> \\u{41} [x] // y'
    ledger = a_ledger(
        [1], document_number="#eval(1)", dispute_reason=evil, seller=a_party('"); #panic()')
    )

    text = text_of_pdf(await print_statement(ledger, Locale.EN))

    assert evil.replace(" ", "") in text.replace(" ", "")
    assert "#eval(1)" in text
    assert '"); #panic()' in text


async def test_ten_thousand_lines_are_set_while_others_are_served() -> None:
    ledger = a_ledger([1_00] * statement_pdf.LINES_MAX)
    making = asyncio.ensure_future(print_statement(ledger, Locale.ZH))
    longest, last = 0.0, time.perf_counter()
    while not making.done():
        await asyncio.sleep(0.01)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now

    document = await making
    assert document.startswith(b"%PDF")
    assert len(document) < 2_000_000
    assert longest < 1, "the loop stood still"


async def test_a_document_that_takes_too_long_is_given_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    slow = tmp_path / "slow.py"
    slow.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(statement_pdf, "PROGRAM", slow)
    monkeypatch.setattr(statement_pdf, "SETTING_SECONDS_MAX", 0.2)
    monkeypatch.setattr(statement_pdf, "WAIT_SECONDS_MAX", 0.05)

    first = asyncio.ensure_future(print_statement(a_ledger([1]), Locale.EN))
    await asyncio.sleep(0.05)
    second = asyncio.ensure_future(print_statement(a_ledger([1]), Locale.EN))

    for attempt in (second, first):
        with pytest.raises(Refused) as refused:
            await attempt
        assert refused.value.status_code == 503


async def test_a_typesetter_that_fails_is_a_bug_and_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("import sys\nsys.exit('no ink')\n")
    monkeypatch.setattr(statement_pdf, "PROGRAM", broken)

    with pytest.raises(RuntimeError, match="no ink"):
        await print_statement(a_ledger([1]), Locale.EN)


def test_the_font_knows_both_ways_of_writing_chinese_and_carries_its_licence() -> None:
    known = characters_of(FONT)
    simplified = {
        text
        for lead in range(0xB0, 0xF8)
        for trail in range(0xA1, 0xFF)
        if (text := bytes([lead, trail]).decode("gb2312", "ignore"))
    }
    traditional = {
        text
        for lead in range(0xA4, 0xC7)
        for trail in (*range(0x40, 0x7F), *range(0xA1, 0xFF))
        if (text := bytes([lead, trail]).decode("big5", "ignore")) >= "\u4e00"
    }
    latin = {chr(code) for code in (*range(0x20, 0x7F), *range(0xA1, 0x100))}

    assert len(simplified) == 6763
    assert len(traditional) >= 5401
    assert {c for c in simplified | traditional | latin if ord(c) not in known} == set()
    ours = "".join(
        text
        for words in STATEMENT.values()
        for text in (*vars_of(words), *words.kinds.values(), *words.states.values())
    )
    assert {c for c in ours if ord(c) not in known} == set()
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text(encoding="utf-8")
    assert FONT.stat().st_size < 4_000_000


def vars_of(words: object) -> list[str]:
    return [
        value
        for name in words.__slots__  # type: ignore[attr-defined]
        if isinstance(value := getattr(words, name), str)
    ]


async def test_the_typesetter_imports_nothing_of_ours() -> None:
    """It starts for each document: what the application imports would take a second."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-X",
        "importtime",
        str(statement_pdf.PROGRAM),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, imported = await process.communicate()

    assert b"typst" in imported
    assert b"tradeline" not in imported.replace(str(statement_pdf.PROGRAM.parent).encode(), b"")
