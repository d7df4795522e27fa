"""What the environment says about WeChat: TRADELINE_WECHAT_*, documented in infra/running.md."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tradeline_server.errors import UsageError
from tradeline_server.wechat.signing import (
    APIV3_KEY_BYTES,
    Merchant,
    PublicKeys,
    load_private_key,
    load_public_key,
)

PREFIX = "TRADELINE_WECHAT_"
PAY_URL = "https://api.mch.weixin.qq.com"
API_URL = "https://api.weixin.qq.com"


# What consumers may be told by messages of the mini-program.
MESSAGE_KINDS = ("SHIPPED", "REFUNDED")
MESSAGE_WORDS = ("order", "store", "amount", "time")


@dataclass(frozen=True, slots=True)
class Template:
    """A message of the mini-program: WeChat's id, and its keyword for each of our words, such as
    character_string1 for the order's number."""

    id: str
    keywords: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeChatSettings:
    """Where WeChat is, who we are there and what proves it. No repr shows a secret.

    Without `public_keys`, the platform's certificates are fetched when they are first needed.
    """

    appid: str
    mchid: str
    notify_url: str
    merchant: Merchant = field(repr=False)
    apiv3_key: bytes = field(repr=False)
    app_secret: str = field(repr=False)
    public_keys: PublicKeys = field(repr=False)
    pay_url: str = PAY_URL
    api_url: str = API_URL
    templates: Mapping[str, Template] = field(default_factory=dict)


def load_wechat_settings(
    environment: Mapping[str, str] = os.environ,
) -> WeChatSettings | None:
    """None where nothing is said of WeChat. Raises UsageError for half of it, or for nonsense."""
    given = {name: value for name, value in environment.items() if name.startswith(PREFIX)}
    if not any(given.values()):
        return None
    mchid = _text(given, "MCHID")
    try:
        key = load_private_key(_secret(given, "MERCHANT_KEY"))
    except ValueError as error:
        raise UsageError(f"{PREFIX}MERCHANT_KEY cannot be used: {error}") from None
    apiv3_key = _secret(given, "APIV3_KEY").strip()
    if len(apiv3_key) != APIV3_KEY_BYTES:
        raise UsageError(f"{PREFIX}APIV3_KEY has to have {APIV3_KEY_BYTES} characters")
    return WeChatSettings(
        appid=_text(given, "APPID"),
        mchid=mchid,
        notify_url=_notify_url(given),
        merchant=Merchant(mchid, _text(given, "MERCHANT_SERIAL").upper(), key),
        apiv3_key=apiv3_key,
        app_secret=_secret(given, "APP_SECRET").decode().strip(),
        public_keys=_public_keys(given),
        pay_url=_base_url(given, "PAY_URL", PAY_URL),
        api_url=_base_url(given, "API_URL", API_URL),
        templates=_templates(given),
    )


def _templates(given: Mapping[str, str]) -> Mapping[str, Template]:
    """By what they tell of, in lower case: `<template id> order=character_string1 time=time2`."""
    found = {}
    for kind in MESSAGE_KINDS:
        id_, *words = given.get(f"{PREFIX}TEMPLATE_{kind}", "").split() or [""]
        pairs = [word.partition("=") for word in words]
        if any(name not in MESSAGE_WORDS or not keyword for name, _, keyword in pairs):
            raise UsageError(
                f"{PREFIX}TEMPLATE_{kind} has to be a template's id, followed by <word>=<keyword>, "
                f"of the words {', '.join(MESSAGE_WORDS)}"
            )
        if id_:
            found[kind.lower()] = Template(id_, {name: keyword for name, _, keyword in pairs})
    return found


def is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _text(given: Mapping[str, str], name: str) -> str:
    value = given.get(PREFIX + name, "").strip()
    if not value:
        raise UsageError(f"{PREFIX}{name} is not set, but other settings of WeChat are")
    return value


def _secret(given: Mapping[str, str], name: str) -> bytes:
    """From the variable itself, or from the file that `…_FILE` names."""
    if value := given.get(PREFIX + name, ""):
        return value.encode()
    path = given.get(f"{PREFIX}{name}_FILE", "")
    if not path:
        raise UsageError(f"Neither {PREFIX}{name} nor {PREFIX}{name}_FILE is set")
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"{PREFIX}{name}_FILE cannot be read: {error.strerror}") from None


def _public_keys(given: Mapping[str, str]) -> PublicKeys:
    """The key of "public key mode" by its id, PUB_KEY_ID_…; none is fine."""
    key_id = given.get(f"{PREFIX}PUBLIC_KEY_ID", "").strip()
    names = (f"{PREFIX}PUBLIC_KEY", f"{PREFIX}PUBLIC_KEY_FILE")
    if not key_id and not any(given.get(name) for name in names):
        return {}
    try:
        return {_text(given, "PUBLIC_KEY_ID"): load_public_key(_secret(given, "PUBLIC_KEY"))}
    except ValueError as error:
        raise UsageError(f"{PREFIX}PUBLIC_KEY cannot be used: {error}") from None


def _base_url(given: Mapping[str, str], name: str, default: str) -> str:
    """Plain HTTP is for this machine only: secrets and openids go over it."""
    url = given.get(PREFIX + name, "").strip().rstrip("/") or default
    parts = urlsplit(url)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))
    if not is_safe or parts.path or parts.query or parts.fragment or parts.username:
        raise UsageError(f"{PREFIX}{name} is {url!r}; it has to be https://<host>[:<port>]")
    return url


def _notify_url(given: Mapping[str, str]) -> str:
    url = _text(given, "NOTIFY_URL")
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.query:
        raise UsageError(f"{PREFIX}NOTIFY_URL is {url!r}; it has to be an address without a query")
    return url
