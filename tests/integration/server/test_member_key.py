"""Whoever serves has the key by which consumers are recognized, or does not start."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import MEMBER_KEY
from tradeline.members import MemberKeys, lookup_of, use_member_keys
from tradeline_server.errors import UsageError
from tradeline_server.member_key import take_up_member_key
from tradeline_server.settings import Settings


@pytest.fixture(autouse=True)
def _keys_of_the_run() -> Iterator[None]:
    yield
    use_member_keys(MemberKeys(MEMBER_KEY))


def with_key(tmp_path: Path, key: str) -> Settings:
    return Settings(home=tmp_path, given_member_key=key)


async def test_another_key_than_the_first_is_refused_and_not_taken_up(
    clone: Callable[[], Awaitable[str]], tmp_path: Path
) -> None:
    dsn = await clone()
    await take_up_member_key(with_key(tmp_path, "a" * 32), dsn)
    await take_up_member_key(with_key(tmp_path, "a" * 32), dsn)
    expected = MemberKeys("a" * 32).lookup(1, "phone", "1")

    with pytest.raises(UsageError, match="another TRADELINE_MEMBER_KEY"):
        await take_up_member_key(with_key(tmp_path, "b" * 32), dsn)

    assert lookup_of(1, "phone", "1") == expected
    await take_up_member_key(with_key(tmp_path, "b" * 32), await clone())
