"""A statement as a document to be printed, signed and kept."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from tradeline.kernel import Locale, Money
from tradeline_server.files.answers import Refused
from tradeline_server.files.statements import Ledger, Party, moment
from tradeline_server.files.words import STATEMENT

# A line takes some 80 kB while it is set, so that the longest document takes 0.8 GB, and one is
# set at a time.
LINES_MAX: Final = 10_000
WAIT_SECONDS_MAX: Final = 30.0
SETTING_SECONDS_MAX: Final = 60.0
PROGRAM: Final = Path(__file__).with_name("typesetting.py")

_press = asyncio.Semaphore(1)


async def print_statement(ledger: Ledger, locale: Locale) -> bytes:
    """The document, set in a process of its own.

    Raises Refused if others' documents take too long, or this one does.
    """
    data = await asyncio.to_thread(_encode, ledger, locale)
    try:
        await asyncio.wait_for(_press.acquire(), WAIT_SECONDS_MAX)
    except TimeoutError:
        raise _busy() from None
    try:
        return await _typeset(data)
    finally:
        _press.release()


async def _typeset(data: bytes) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # what lies beside the program is not to be taken for Python's own modules
        str(PROGRAM),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        document, complaint = await asyncio.wait_for(process.communicate(data), SETTING_SECONDS_MAX)
    except TimeoutError:
        raise _busy() from None
    finally:
        if process.returncode is None:  # too slow, or nobody waits for it any more
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0:
        raise RuntimeError(f"the typesetter failed: {complaint.decode(errors='replace')[-2000:]}")
    return document


def _encode(ledger: Ledger, locale: Locale) -> bytes:
    return json.dumps(describe(ledger, locale), ensure_ascii=False).encode()


def describe(ledger: Ledger, locale: Locale) -> dict[str, Any]:
    """All that the template says, as text."""
    words = STATEMENT[locale]
    statement = ledger.statement
    seller, buyer = _party(ledger.seller, locale), _party(ledger.buyer, locale)
    plain = {name: text for name, text in asdict(words).items() if isinstance(text, str)}
    begins = moment(statement.period_from) or words.beginning
    return {
        "lang": "zh" if locale is Locale.ZH else "en",
        "words": plain,
        "number": statement.number,
        "parties": " – ".join(side["names"][0] for side in (seller, buyer) if side["names"]),
        "seller": seller,
        "buyer": buyer,
        "period": f"{begins} – {moment(statement.period_to)}",
        "state": ledger.state(words),
        "issued": moment(statement.issued_at),
        "dispute": statement.dispute_reason,
        "currency": statement.currency,
        "opening": _amount(ledger.opening),
        "movement": _amount(ledger.closing - ledger.opening),
        "closing": _amount(ledger.closing),
        "increase": _amount(ledger.increase),
        "decrease": _amount(ledger.decrease),
        "hash": statement.hash.hex(),
        "previous_hash": statement.previous_hash.hex() or words.first,
        "lines": [
            [
                line.day.isoformat(),
                words.kinds[line.kind],
                line.document_number,
                "" if line.due_on is None else line.due_on.isoformat(),
                "" if line.increase is None else _amount(line.increase),
                "" if line.decrease is None else _amount(line.decrease),
                _amount(line.balance),
            ]
            for line in ledger.lines
        ],
    }


def _party(party: Party, locale: Locale) -> dict[str, Any]:
    return {"names": party.names(locale), "confirmed": moment(party.confirmed_at)}


def _amount(money: Money) -> str:
    """Such as 1,234.50, to the currency's places; the currency is said once."""
    return f"{money.decimal:,f}"


def _busy() -> Refused:
    return Refused(
        503,
        "UNAVAILABLE",
        zh="正在生成的文件较多；请稍后再试，或下载 XLSX。",
        en="Too many documents are being made; try again in a moment, or download the XLSX.",
    )
