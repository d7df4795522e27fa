"""The simulated WeChat over HTTP: checks what the merchant signed, signs what it answers."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import re
import secrets
import socket
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec
import uvicorn
from uvicorn._types import ASGIApplication

from tradeline_server.wechat.signing import (
    AGE_SECONDS_MAX,
    SCHEME,
    answer_message,
    is_signed,
    request_message,
    sign,
)
from tradeline_server.wechat.simulator.books import Config, Refusal
from tradeline_server.wechat.simulator.control import PREFIX as CONTROL_PREFIX
from tradeline_server.wechat.simulator.control import control
from tradeline_server.wechat.simulator.keys import SimulatorKeys
from tradeline_server.wechat.simulator.notifying import signed_headers
from tradeline_server.wechat.simulator.people import ErrCode
from tradeline_server.wechat.simulator.routes import (
    ENTRY_ROUTES,
    MINI_PROGRAM_ROUTES,
    PAY_ROUTES,
    Asked,
    find,
)
from tradeline_server.wechat.simulator.simulator import Mishap, Simulator, open_simulator

BODY_BYTES_MAX = 1_000_000
STOP_SECONDS_MAX = 2
# Longer than clients keep idle connections: who hangs up first must not be the one who is asked.
IDLE_SECONDS_MAX = 60
FIELD = re.compile(r'(\w+)="([^"]*)"')


@dataclass(slots=True)
class Reply:
    """What goes back over the wire."""

    body: bytes
    status: int
    media_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request as it came over the wire; `target` is path and query, as they were signed."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return unquote(self.target.partition("?")[0])

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))


def create_simulator_app(simulator: Simulator) -> ASGIApplication:
    """An application of its own making: it shares its machine with what is measured."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http", "it is served without a lifespan and without sockets"
        body, has_more = b"", True
        while has_more and len(body) <= BODY_BYTES_MAX:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body, has_more = body + message.get("body", b""), message.get("more_body", False)
        query: bytes = scope["query_string"]
        raw_path: bytes = scope["raw_path"].partition(b"?")[0]
        incoming = Incoming(
            scope["method"],
            (raw_path + b"?" + query if query else raw_path).decode(),
            {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]},
            body,
        )
        if len(body) > BODY_BYTES_MAX:
            reply = _reply(413, b"")
        elif incoming.method not in ("GET", "POST"):
            reply = _reply(405, b"")
        else:
            base_url = f"{scope['scheme']}://{incoming.headers.get('host', '')}"
            reply = await answer(simulator, incoming, base_url)
        simulator.requests.append((incoming.method, incoming.path, reply.status))
        headers = {
            "content-type": reply.media_type,
            "content-length": str(len(reply.body)),
            **reply.headers,
        }
        sent = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": sent})
        await send({"type": "http.response.body", "body": reply.body})

    return app


async def answer(simulator: Simulator, incoming: Incoming, base_url: str) -> Reply:
    if incoming.path.startswith(CONTROL_PREFIX) and incoming.method == "POST":
        try:
            status, found = control(simulator, incoming.path, _json(incoming.body))
        except Refusal as refusal:
            return _refused(refusal)
        return _reply(status, msgspec.json.encode(found))
    failure = simulator.failure_for(incoming.path)
    mishap = failure.mishap if failure else None
    if incoming.path.startswith("/v3/"):
        reply = _merchant(_asking(simulator, incoming), incoming, base_url, mishap)
    else:
        reply = _mini_program(simulator, incoming, base_url, mishap)
    if failure and mishap is Mishap.SLOW:
        await asyncio.sleep(failure.seconds)
    return reply


def _asking(simulator: Simulator, incoming: Incoming) -> Simulator:
    """Whoever the request says that it is from, which its signature has yet to prove."""
    given = dict(FIELD.findall(incoming.headers.get("authorization", "")))
    return simulator.merchant(given.get("mchid", ""))


def _merchant(
    simulator: Simulator, incoming: Incoming, base_url: str, mishap: Mishap | None
) -> Reply:
    if mishap is Mishap.SYSTEM_ERROR:
        return _refused(Refusal(500, "SYSTEM_ERROR", "系统异常，请稍后重试"))
    if mishap is Mishap.BUSY:
        return _refused(Refusal(429, "FREQUENCY_LIMITED", "频率超限，请降低请求频率"))
    try:
        _check_signature(simulator, incoming)
        _check_frequency(simulator)
    except Refusal as refusal:
        return _refused(refusal)  # as with WeChat, these are not signed
    if incoming.path == "/v3/billdownload/file":
        return _file(simulator, incoming)
    reply = _pay(simulator, incoming, base_url)
    simulator.settle()
    return _spoiled(simulator, reply, mishap) if mishap else reply


def _pay(simulator: Simulator, incoming: Incoming, base_url: str) -> Reply:
    serial = incoming.headers.get("wechatpay-serial", "")
    try:
        found = find(PAY_ROUTES, incoming.method, incoming.path)
        if found is None:
            raise Refusal(404, "RESOURCE_NOT_EXISTS", "接口不存在")
        handler, names = found
        simulator.settle()
        result = handler(
            Asked(
                simulator=simulator,
                names=names,
                query=incoming.query,
                body=_json(incoming.body),
                base_url=base_url,
            )
        )
    except Refusal as refusal:
        body = {"code": refusal.code, "message": refusal.message}
        return _signed(simulator, refusal.status, msgspec.json.encode(body), serial)
    if result is None:
        return _signed(simulator, 204, b"", serial)
    return _signed(simulator, 200, msgspec.json.encode(result), serial)


def _mini_program(
    simulator: Simulator, incoming: Incoming, base_url: str, mishap: Mishap | None
) -> Reply:
    asked = (incoming.method, incoming.path)
    try:
        if mishap not in (None, Mishap.SLOW):
            raise ErrCode(-1, "system error")
        found = find(ENTRY_ROUTES, *asked)
        if found is None:
            found = find(MINI_PROGRAM_ROUTES, *asked)
            if found is None:
                return _reply(404, b"")
            simulator.people.check_token(incoming.query)
        handler, names = found
        body = _json(incoming.body)
        result: Any = handler(
            Asked(
                simulator=simulator,
                names=names,
                query=incoming.query,
                body=body,
                base_url=base_url,
            )
        )
    except ErrCode as error:
        result = {"errcode": error.code, "errmsg": f"{error.message} rid: {secrets.token_hex(8)}"}
    except Refusal:
        result = {"errcode": 47001, "errmsg": "data format error"}
    return _reply(200, msgspec.json.encode(result))


def _check_signature(simulator: Simulator, incoming: Incoming) -> None:
    """Who, when, once, and signed over the very bytes: otherwise 401."""
    scheme, _, rest = incoming.headers.get("authorization", "").partition(" ")
    given = dict(FIELD.findall(rest))
    keys = simulator.keys
    names = {"mchid", "nonce_str", "timestamp", "serial_no", "signature"}
    if scheme != SCHEME or set(given) != names or not given["timestamp"].isdecimal():
        raise Refusal(401, "SIGN_ERROR", "Http头Authorization值格式错误")
    if given["mchid"] != keys.mchid or given["serial_no"] != keys.merchant_serial:
        raise Refusal(401, "SIGN_ERROR", "商户证书序列号有误")
    now = time.time()
    if abs(now - int(given["timestamp"])) > AGE_SECONDS_MAX:
        raise Refusal(
            401, "SIGN_ERROR", "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟"
        )
    message = request_message(
        incoming.method,
        incoming.target,
        int(given["timestamp"]),
        given["nonce_str"],
        incoming.body,
    )
    if not is_signed(keys.merchant.public_key(), message, given["signature"]):
        raise Refusal(401, "SIGN_ERROR", "签名错误，请检查后再试")
    nonces = simulator.nonces
    while nonces and next(iter(nonces.values())) < now - 2 * AGE_SECONDS_MAX:
        del nonces[next(iter(nonces))]
    if given["nonce_str"] in nonces:
        raise Refusal(401, "SIGN_ERROR", "随机串重复")
    nonces[given["nonce_str"]] = now


def _check_frequency(simulator: Simulator) -> None:
    now, calls = time.monotonic(), simulator.calls
    while calls and calls[0] <= now - 1:
        calls.popleft()
    if len(calls) >= simulator.config.requests_per_second_max:
        raise Refusal(429, "FREQUENCY_LIMITED", "频率超限，请降低请求频率")
    calls.append(now)


def _file(simulator: Simulator, incoming: Incoming) -> Reply:
    """A bill. Not signed: its hash was."""
    file = simulator.files.get(incoming.query.get("token", ""))
    if file is None or file.until < time.time():
        return _refused(Refusal(400, "INVALID_REQUEST", "token无效或已过期"))
    is_packed = incoming.query.get("tartype") == "gzip"
    content = gzip.compress(file.content) if is_packed else file.content
    media_type = "application/x-gzip" if is_packed else "text/plain"
    return Reply(content, 200, media_type)


def _signed(simulator: Simulator, status: int, body: bytes, asked_serial: str) -> Reply:
    """By the public key for whoever asks for it, else by the certificate's."""
    keys = simulator.keys
    serial = keys.platform_serial
    if asked_serial == keys.public_key_id:
        serial = keys.public_key_id
    simulator.notifier.serial = serial
    reply = _reply(status, body)
    headers = signed_headers(keys, body, at=int(time.time()), serial=serial)
    reply.headers.update({**headers, "Request-ID": secrets.token_hex(12)})
    return reply


def _spoiled(simulator: Simulator, reply: Reply, mishap: Mishap) -> Reply:
    """What was asked for has been done; only the answer goes wrong."""
    if mishap is Mishap.LOST:
        return Reply(b"<html>502 Bad Gateway</html>", 502, "text/html")
    headers = dict(reply.headers)
    at, salt = headers["Wechatpay-Timestamp"], headers["Wechatpay-Nonce"]
    body = reply.body
    if mishap is Mishap.UNSIGNED:
        headers = {}
    elif mishap is Mishap.WRONG_KEY:
        message = answer_message(at, salt, body)
        headers["Wechatpay-Signature"] = sign(simulator.keys.stranger, message)
    elif mishap is Mishap.UNKNOWN_SERIAL:
        headers["Wechatpay-Serial"] = "4E494D414E44"
    elif mishap is Mishap.TAMPERED:
        body = body.replace(b'":', b'": ', 1)
    elif mishap is Mishap.OLD:
        serial = headers["Wechatpay-Serial"]
        past = int(time.time()) - AGE_SECONDS_MAX - 1
        headers |= signed_headers(simulator.keys, body, at=past, serial=serial)
    return Reply(body, reply.status, headers=headers)


def _refused(refusal: Refusal) -> Reply:
    body = {"code": refusal.code, "message": refusal.message}
    return _reply(refusal.status, msgspec.json.encode(body))


def _reply(status: int, body: bytes) -> Reply:
    return Reply(body, status)


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        found = msgspec.json.decode(body or b"{}")
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refusal(400, "PARAM_ERROR", "请求体不是合法的JSON对象")
    return found


class _Web(uvicorn.Server):
    """Leaves signals to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    @contextlib.asynccontextmanager
    async def serving(self, listener: socket.socket) -> AsyncIterator[None]:
        task = asyncio.create_task(self.serve(sockets=[listener]))
        try:
            yield  # the port is open: whoever comes early waits a moment
        finally:
            self.should_exit = True
            await asyncio.wait([task])


@dataclass(frozen=True, slots=True)
class Running:
    url: str
    simulator: Simulator


@contextlib.asynccontextmanager
async def running_simulator(
    keys: SimulatorKeys,
    config: Config | None = None,
    *,
    branches: Sequence[SimulatorKeys] = (),
    host: str = "127.0.0.1",
    port: int = 0,
) -> AsyncIterator[Running]:
    """A simulator that listens, in this process; on a free port if none is asked for."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.closing(socket.socket(family, socket.SOCK_STREAM)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
        shown = f"[{host}]" if ":" in host else host
        url = f"http://{shown}:{listener.getsockname()[1]}"
        async with open_simulator(keys, config, branches) as simulator:
            web = _Web(
                uvicorn.Config(
                    create_simulator_app(simulator),
                    lifespan="off",
                    ws="none",
                    log_config=None,
                    access_log=False,
                    timeout_keep_alive=IDLE_SECONDS_MAX,
                    timeout_graceful_shutdown=STOP_SECONDS_MAX,
                )
            )
            async with web.serving(listener):
                yield Running(url, simulator)
