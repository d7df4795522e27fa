"""What is live in a web process: it hears the worker's announcements and passes them on.

One connection of its own LISTENs. While it is lost nothing is heard, so that everybody is told of
EVERYTHING once it is back. Without a worker nothing is announced, and nothing breaks.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterator
from typing import Final

import asyncpg
import msgspec
import structlog

from tradeline.kernel import APPLICATION_ROLE
from tradeline_graph._news import EVERYTHING, News
from tradeline_server import queries
from tradeline_server.announcing import read_message

# Whoever has more waiting than that is told of EVERYTHING instead: memory stays bounded however
# slowly somebody reads.
INBOX_MAX: Final = 100

# Changes come in flocks: who waits a moment is told of them at once, and looked up once.
GATHER_SECONDS: Final = 0.1

# Sockets in all; of those who have not said yet who they are; of all guests, for anybody is as many
# guests as they like, and nothing changes for a guest; of each account, machine and member.
ANYBODY: Final = "anybody"
NOBODY: Final = "nobody"
GUESTS: Final = "guests"
PLACES: Final = {ANYBODY: 2_000, NOBODY: 100, GUESTS: 100}
PLACES_OF_ONE: Final = 20
LOOKED_UP_AT_ONCE_MAX: Final = 4

RETRY_SECONDS_MIN: Final = 0.2
RETRY_SECONDS_MAX: Final = 10.0
CONNECT_SECONDS_MAX: Final = 10.0
LISTENER_CHECK_SECONDS: Final = 15.0
LISTENER_ANSWER_SECONDS_MAX: Final = 5.0

log = structlog.get_logger(__name__)


class Inbox:
    """What one subscriber has not been told yet, each change once. It begins with EVERYTHING: what
    was asked for before may be old."""

    def __init__(self) -> None:
        self._news: dict[News, None] = {}
        self._filled = asyncio.Event()
        self.put(EVERYTHING)

    def put(self, news: News) -> None:
        if news == EVERYTHING or len(self._news) >= INBOX_MAX:
            self._news = {EVERYTHING: None}
        elif EVERYTHING not in self._news:
            self._news[news] = None
        self._filled.set()

    async def take(self) -> list[News]:
        """All there is, as soon as there is anything."""
        await self._filled.wait()
        await asyncio.sleep(GATHER_SECONDS)
        taken, self._news = list(self._news), {}
        self._filled.clear()
        return taken


class Live:
    """Subscribers by organization or consumer, and the sockets that are open, of one process."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._inboxes: dict[tuple[int, int], set[Inbox]] = {}
        self._sockets: Counter[str] = Counter()
        self._bells: dict[int, set[asyncio.Event]] = {}
        self.looking_up = asyncio.Semaphore(LOOKED_UP_AT_ONCE_MAX)

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Hear what the worker announces, for as long as the block lasts."""
        task = asyncio.create_task(self._listen())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    @contextlib.contextmanager
    def inbox(self, network_id: int, listeners: Collection[int]) -> Iterator[Inbox]:
        """What these are told from now on: organizations, or consumers by their ids below zero."""
        keys = [(network_id, listener) for listener in listeners]
        inbox = Inbox()
        for key in keys:
            self._inboxes.setdefault(key, set()).add(inbox)
        try:
            yield inbox
        finally:
            for key in keys:
                self._inboxes[key].discard(inbox)
                if not self._inboxes[key]:
                    del self._inboxes[key]

    @contextlib.contextmanager
    def place(self, whose: str) -> Iterator[bool]:
        """Whether there is a place for one more socket; it is kept while the block lasts."""
        if self._sockets[whose] >= PLACES.get(whose, PLACES_OF_ONE):
            yield False
            return
        self._sockets[whose] += 1
        try:
            yield True
        finally:
            self._sockets[whose] -= 1
            if not self._sockets[whose]:
                del self._sockets[whose]

    @contextlib.contextmanager
    def bell(self, account_id: int | None) -> Iterator[asyncio.Event]:
        """Rings when it is to be asked at once whether the account's sockets may stay."""
        bell = asyncio.Event()
        if account_id is None:
            yield bell
            return
        self._bells.setdefault(account_id, set()).add(bell)
        try:
            yield bell
        finally:
            self._bells[account_id].discard(bell)
            if not self._bells[account_id]:
                del self._bells[account_id]

    def ring(self, account_id: int) -> None:
        """Somebody signed out here, or acts for another organization now."""
        for bell in self._bells.get(account_id, ()):
            bell.set()

    def hear(self, message: str) -> None:
        """Pass on what the worker announced."""
        try:
            told = read_message(message)
        except msgspec.DecodeError as error:  # a worker of another version, while one is replaced
            log.warning("an announcement is not understood", reason=str(error))
            self.tell_everything()
            return
        for announcement in told:
            for org_id in announcement.org_ids:
                for inbox in self._inboxes.get((announcement.network_id, org_id), ()):
                    inbox.put(announcement.news)

    def tell_everything(self) -> None:
        for inboxes in self._inboxes.values():
            for inbox in inboxes:
                inbox.put(EVERYTHING)

    async def _listen(self) -> None:
        pause = RETRY_SECONDS_MIN
        while True:
            try:
                conn = await asyncpg.connect(
                    self._dsn,
                    timeout=CONNECT_SECONDS_MAX,
                    server_settings={"application_name": "tradeline", "role": APPLICATION_ROLE},
                )
                try:
                    await conn.add_listener(queries.CHANGES_CHANNEL, self._on_notify)
                    self.tell_everything()
                    pause = RETRY_SECONDS_MIN
                    await _until_lost(conn)
                finally:
                    conn.terminate()
            except Exception as error:  # whatever it is, the next one may find the database well
                log.warning("live changes are not heard", reason=str(error) or repr(error))
            await asyncio.sleep(pause)
            pause = min(2 * pause, RETRY_SECONDS_MAX)

    def _on_notify(self, _conn: object, _pid: int, _channel: str, message: object) -> None:
        self.hear(str(message))


async def _until_lost(conn: asyncpg.Connection[asyncpg.Record]) -> None:
    """Return, or raise, once nothing can be heard any more."""
    lost = asyncio.Event()
    conn.add_termination_listener(lambda _: lost.set())
    while not lost.is_set() and not conn.is_closed():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(lost.wait(), LISTENER_CHECK_SECONDS)
            continue
        await conn.execute(queries.PING, timeout=LISTENER_ANSWER_SECONDS_MAX)
