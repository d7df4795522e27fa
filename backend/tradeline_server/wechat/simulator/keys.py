"""Who the simulator's merchants are, and all keys of both sides: made up once, then kept."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from tradeline_server.wechat.settings import PREFIX, WeChatSettings
from tradeline_server.wechat.signing import Merchant, load_private_key

MCHID = "1900000109"
# More merchants of the same mini-program, each with keys and books of its own.
BRANCH_MCHIDS = ("1900000209", "1900000309")
APPID = "wx0123456789abcdef"
SHIPPED_TEMPLATE = "simulated-shipped"
REFUNDED_TEMPLATE = "simulated-refunded"
PUBLIC_KEY_ID = "PUB_KEY_ID_0119000001092026010100000000000001"
VALID_DAYS = 5 * 365


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorKeys:
    """`platform` signs as WeChat; `stranger` is nobody's, to forge with."""

    mchid: str
    appid: str
    public_key_id: str
    app_secret: str = field(repr=False)
    apiv3_key: bytes = field(repr=False)
    merchant: rsa.RSAPrivateKey = field(repr=False)
    merchant_certificate: x509.Certificate = field(repr=False)
    platform: rsa.RSAPrivateKey = field(repr=False)
    platform_certificate: x509.Certificate = field(repr=False)
    stranger: rsa.RSAPrivateKey = field(repr=False)

    @property
    def merchant_serial(self) -> str:
        return f"{self.merchant_certificate.serial_number:X}"

    @property
    def platform_serial(self) -> str:
        return f"{self.platform_certificate.serial_number:X}"

    def settings(
        self, url: str, notify_url: str, *, knows_public_key: bool = True
    ) -> WeChatSettings:
        """What our client needs to talk to the simulator; without the public key, it has to
        fetch the platform's certificates."""
        keys = {self.public_key_id: self.platform.public_key()} if knows_public_key else {}
        return WeChatSettings(
            appid=self.appid,
            mchid=self.mchid,
            notify_url=notify_url,
            merchant=Merchant(self.mchid, self.merchant_serial, self.merchant),
            apiv3_key=self.apiv3_key,
            app_secret=self.app_secret,
            public_keys=keys,
            pay_url=url,
            api_url=url,
        )


def generate_keys() -> SimulatorKeys:
    merchant = rsa.generate_private_key(65537, 2048)
    platform = rsa.generate_private_key(65537, 2048)
    return SimulatorKeys(
        mchid=MCHID,
        appid=APPID,
        public_key_id=PUBLIC_KEY_ID,
        app_secret=secrets.token_hex(16),
        apiv3_key=secrets.token_hex(16).encode(),
        merchant=merchant,
        merchant_certificate=_certificate(merchant, MCHID),
        platform=platform,
        platform_certificate=_certificate(platform, "WeChat Pay simulator"),
        stranger=rsa.generate_private_key(65537, 2048),
    )


def branch_keys(head: SimulatorKeys, mchid: str) -> SimulatorKeys:
    """Another merchant of the same WeChat and mini-program."""
    merchant = rsa.generate_private_key(65537, 2048)
    return replace(
        head,
        mchid=mchid,
        apiv3_key=secrets.token_hex(16).encode(),
        merchant=merchant,
        merchant_certificate=_certificate(merchant, mchid),
    )


def kept_branch_keys(folder: Path, head: SimulatorKeys) -> Sequence[SimulatorKeys]:
    """Those of all further merchants, each in a folder of its own; made at the first time."""
    return [_kept_branch(folder / mchid, head, mchid) for mchid in BRANCH_MCHIDS]


def _kept_branch(folder: Path, head: SimulatorKeys, mchid: str) -> SimulatorKeys:
    if not (folder / "mchid").exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        keys = branch_keys(head, mchid)
        _keep(folder / "merchant_key.pem", _private_pem(keys.merchant))
        pem = keys.merchant_certificate.public_bytes(serialization.Encoding.PEM)
        _keep(folder / "merchant_certificate.pem", pem)
        _keep(folder / "apiv3_key", keys.apiv3_key)
        _keep(folder / "mchid", mchid.encode())  # last: with it the folder is whole
    return replace(
        head,
        mchid=mchid,
        apiv3_key=(folder / "apiv3_key").read_bytes(),
        merchant=load_private_key((folder / "merchant_key.pem").read_bytes()),
        merchant_certificate=_loaded(folder / "merchant_certificate.pem"),
    )


def kept_keys(folder: Path) -> SimulatorKeys:
    """Those of `folder`, for the owner's eyes only; made at the first time."""
    if not (folder / "appid").exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        keys = generate_keys()
        for name in ("merchant", "platform", "stranger"):
            _keep(folder / f"{name}_key.pem", _private_pem(getattr(keys, name)))
        for name in ("merchant", "platform"):
            certificate: x509.Certificate = getattr(keys, f"{name}_certificate")
            pem = certificate.public_bytes(serialization.Encoding.PEM)
            _keep(folder / f"{name}_certificate.pem", pem)
        _keep(folder / "platform_public_key.pem", public_pem(keys.platform.public_key()))
        _keep(folder / "apiv3_key", keys.apiv3_key)
        _keep(folder / "app_secret", keys.app_secret.encode())
        _keep(folder / "appid", keys.appid.encode())  # last: with it the folder is whole
    return SimulatorKeys(
        mchid=MCHID,
        appid=(folder / "appid").read_text(),
        public_key_id=PUBLIC_KEY_ID,
        app_secret=(folder / "app_secret").read_text(),
        apiv3_key=(folder / "apiv3_key").read_bytes(),
        merchant=load_private_key((folder / "merchant_key.pem").read_bytes()),
        merchant_certificate=_loaded(folder / "merchant_certificate.pem"),
        platform=load_private_key((folder / "platform_key.pem").read_bytes()),
        platform_certificate=_loaded(folder / "platform_certificate.pem"),
        stranger=load_private_key((folder / "stranger_key.pem").read_bytes()),
    )


def environment_of(folder: Path, url: str, notify_url: str) -> Mapping[str, str]:
    """The settings by which Tradeline talks to a simulator whose keys are in `folder`: its first
    merchant as it stands, the others by files. Each is told of at `notify_url`/<its number>."""
    head = kept_keys(folder)
    merchants = folder / "merchants"
    merchants.mkdir(exist_ok=True, mode=0o700)
    for keys in kept_branch_keys(folder, head):
        values = _environment_of_one(keys, folder, folder / keys.mchid, url, notify_url)
        lines = "".join(f"{name}={value}\n" for name, value in values.items())
        new = merchants / f"{keys.mchid}.{os.getpid()}"
        _keep(new, lines.encode())
        new.replace(merchants / f"{keys.mchid}.env")
    return {
        **_environment_of_one(head, folder, folder, url, notify_url),
        f"{PREFIX}MERCHANTS_DIR": str(merchants.absolute()),
    }


def _environment_of_one(
    keys: SimulatorKeys, folder: Path, own: Path, url: str, notify_url: str
) -> Mapping[str, str]:
    folder, own = folder.absolute(), own.absolute()
    values = {
        "PAY_URL": url,
        "API_URL": url,
        "MCHID": keys.mchid,
        "APPID": keys.appid,
        "NOTIFY_URL": f"{notify_url}/{keys.mchid}",
        "MERCHANT_SERIAL": keys.merchant_serial,
        "MERCHANT_KEY_FILE": str(own / "merchant_key.pem"),
        "APIV3_KEY_FILE": str(own / "apiv3_key"),
        "APP_SECRET_FILE": str(folder / "app_secret"),
        "PUBLIC_KEY_ID": keys.public_key_id,
        "PUBLIC_KEY_FILE": str(folder / "platform_public_key.pem"),
        "TEMPLATE_SHIPPED": f"{SHIPPED_TEMPLATE} order=character_string1 store=thing2 time=time3",
        "TEMPLATE_REFUNDED": f"{REFUNDED_TEMPLATE} order=character_string1 amount=amount2",
    }
    return {PREFIX + name: value for name, value in values.items()}


def public_pem(key: rsa.RSAPublicKey) -> bytes:
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _private_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _certificate(key: rsa.RSAPrivateKey, name: str) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=VALID_DAYS))
        .sign(key, hashes.SHA256())
    )


def _loaded(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def _keep(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
