"""Passwords: hashed with Argon2id in threads, a few at a time, for each takes 64 MiB and a core."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tradeline.identity.model import PASSWORD_LENGTH_MAX

HASHES_AT_ONCE = 2

_hasher = PasswordHasher()
_threads = ThreadPoolExecutor(HASHES_AT_ONCE, thread_name_prefix="argon2")

# What an unknown account's password is compared with: no password fits, and it takes as long.
NOBODYS_HASH = _hasher.hash("no account has this password: it is never compared with success")


async def hash_password(password: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(
        _threads, _hasher.hash, password.encode(errors="surrogatepass")
    )


async def fits_password(password_hash: str | None, password: str) -> bool:
    """Whether the password is the hashed one. None is an unknown account: False, as slowly."""
    fits = await asyncio.get_running_loop().run_in_executor(
        _threads,
        _fits,
        password_hash or NOBODYS_HASH,
        password[:PASSWORD_LENGTH_MAX].encode(errors="surrogatepass"),
    )
    return fits and password_hash is not None and len(password) <= PASSWORD_LENGTH_MAX


def _fits(password_hash: str, password: bytes) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
