"""Signatures and secrets, against what WeChat's own documents publish and against tampering."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tradeline_server.wechat import signing
from tradeline_server.wechat.errors import Fault, Forged

KEY = rsa.generate_private_key(65537, 2048)
OTHER = rsa.generate_private_key(65537, 2048)
SERIAL = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
NOW = 1_795_000_000
APIV3_KEY = b"0123456789abcdef0123456789ABCDEF"

# The key pair and the signatures that the official documents print for checking one's own
# implementation ("小程序调起支付签名" and "签名与验签规则"). Only the public half is kept here.
OFFICIAL_KEY = signing.load_public_key(
    b"""-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAptpm+qvIDCh/9wjU26SQ
CK26ogYkBhDrYxnAaw2JbbBsp1oDbHKk+1r381NeBUG2HEFAuU+Fr72u5ot3yKdz
oF/FajAzQNKnm569/D3upKoi8mYBaST15Uig8j8qoUW1U217LL0jEHlSnHV3lcaD
TXqDpTRR4Bfz9IqOgJgFZ8/oTfEomSrjrLYef81Eyxr7ZIMQXEKKEK7V4UXKS0+/
fDsiG/cXidhzt8UbTL9vqXqxM2+IDImyO+FAc/tkBG55LmzxPto1Nq0WbnZzRM/w
Tzrd0I/8NlevxtFbphg4evlHjFNI7+GrqR87ViEwuAJJ9Je5QQjct5YJfFRWiZ5C
MQIDAQAB
-----END PUBLIC KEY-----
"""
)
OFFICIAL_CALL = (
    "wx2421b1c4370ec43b",
    "1554208460",
    "593BEC0C930BF1AFEB40B4A08C8FB242",
)
OFFICIAL_PREPAY_ID = "wx201410272009395522657a690389285100"
OFFICIAL_MINI_PROGRAM_SIGNATURE = (
    "mI35pfNEQV6777ke/1T+LJLQDNTm7yeoUJH+j/adPGhmCCi0PbgkvYQTRcXH0uibcLVtvFLdGLpmoYO9FV6lBBsT"
    "Ajuhh5YOvQi0e2g3e0yytitiNET9FEuqM0pjnKfRW4K6LIZDdbWJv9KhZUx3DrJa5TL7OJ7VdADVivxVySIlPVKj"
    "GwuCXzuXSJes0UcILgWQUMyha5/3nYofuHtS7r+KYyMuxD+oJ9VM1Qdxk4UIG59CP5Y3wtYIFybyF3bdu1caHTRR"
    "X+DLyMXyYA/IrTmiW01c4RPjpHBX5Dk1sZyY1zVsWNsvMHr2e1NTWtBxKJ+qk5N61J7caYoepHFaxw=="
)
OFFICIAL_APP_SIGNATURE = (
    "gXx9KhTP6IooKV1SuG3OCGlBIgZbKtubCZvnau6khw1iffvNT28IzLbKmztq2xA/RCNbZa1XOsoiuVmAEeTZQicW"
    "fhv4P+O4oBRIrx0X9f3cnWFkMBU9alTWs0nyQ1N9fcILOTe0f4kxOhVh+/Xhn5hOiUK7Sz3XA1mcpa3R2NCWf/e+"
    "0ow/RDf15iTymOHgDrEkT/gedg/3E0iXfDX3mFicSZhrHESZDOTXcl9RzELREBUFznd/o2NQM99WcL86m23HY0cT"
    "y+QGWU4QDmNrbQ9ihmLW71qPb0Cx/d7EQvw/Kyx0A6s64ZQp3hHdcmiRcLnjVXrKCk7LShaCK+lS3Q=="
)


def test_a_payment_call_is_signed_over_what_the_official_documents_sign() -> None:
    message = signing.payment_message(*OFFICIAL_CALL, f"prepay_id={OFFICIAL_PREPAY_ID}")

    assert signing.is_signed(OFFICIAL_KEY, message, OFFICIAL_MINI_PROGRAM_SIGNATURE)
    assert not signing.is_signed(OFFICIAL_KEY, message, OFFICIAL_APP_SIGNATURE)


def test_an_app_signs_the_bare_prepay_id_in_the_same_four_lines() -> None:
    message = signing.payment_message(*OFFICIAL_CALL, OFFICIAL_PREPAY_ID)

    assert signing.is_signed(OFFICIAL_KEY, message, OFFICIAL_APP_SIGNATURE)


def test_a_request_is_signed_over_five_lines_even_without_a_body() -> None:
    # The example of "如何生成请求签名".
    message = signing.request_message(
        "GET", "/v3/certificates", 1554208460, "593BEC0C930BF1AFEB40B4A08C8FB242", b""
    )

    assert message == b"GET\n/v3/certificates\n1554208460\n593BEC0C930BF1AFEB40B4A08C8FB242\n\n"


def test_an_authorization_names_who_signs_and_can_be_verified() -> None:
    merchant = signing.Merchant("1900009191", SERIAL, KEY)
    header = merchant.authorization("POST", "/v3/x?y=z", b"{}", timestamp=NOW, nonce="N")

    scheme, _, rest = header.partition(" ")
    parts = dict(part.split("=", 1) for part in rest.split(","))
    values = {name: value.strip('"') for name, value in parts.items()}
    signature = values.pop("signature")
    assert scheme == "WECHATPAY2-SHA256-RSA2048"
    assert values == {
        "mchid": "1900009191", "nonce_str": "N", "timestamp": str(NOW), "serial_no": SERIAL
    }  # fmt: skip
    message = f"POST\n/v3/x?y=z\n{NOW}\nN\n{{}}\n".encode()
    assert signing.is_signed(KEY.public_key(), message, signature)


def test_a_payment_call_holds_the_package_that_it_signs() -> None:
    call = signing.payment_call(KEY, appid="wx1", prepay_id="p1", timestamp=NOW, nonce="N")

    assert (call.package, call.timestamp, call.nonce) == ("prepay_id=p1", str(NOW), "N")
    message = f"wx1\n{NOW}\nN\nprepay_id=p1\n".encode()
    assert signing.is_signed(KEY.public_key(), message, call.pay_sign)


def headers_of(body: bytes, *, key: rsa.RSAPrivateKey = KEY, at: int = NOW) -> dict[str, str]:
    return {
        "Wechatpay-Timestamp": str(at),
        "Wechatpay-Nonce": "salt",
        "Wechatpay-Serial": SERIAL,
        "Wechatpay-Signature": signing.sign(key, signing.answer_message(str(at), "salt", body)),
        "Wechatpay-Signature-Type": signing.SCHEME,
    }


def fault_of(headers: dict[str, str], body: bytes = b"{}", now: float = NOW) -> Fault | None:
    try:
        signing.check_origin(headers, body, keys={SERIAL: KEY.public_key()}, now=now)
    except Forged as forged:
        return forged.fault
    return None


def test_what_wechat_signed_is_believed_whatever_the_case_of_its_headers() -> None:
    headers = headers_of(b"{}")

    assert fault_of(headers) is None
    assert fault_of({name.lower(): value for name, value in headers.items()}) is None
    assert fault_of({**headers, "Wechatpay-Serial": SERIAL.lower()}) is None


@pytest.mark.parametrize("name", ["Timestamp", "Nonce", "Serial", "Signature"])
def test_each_header_is_needed(name: str) -> None:
    headers = headers_of(b"{}")

    assert fault_of({**headers, f"Wechatpay-{name}": ""}) is Fault.HEADERS_MISSING
    del headers[f"Wechatpay-{name}"]
    assert fault_of(headers) is Fault.HEADERS_MISSING


@pytest.mark.parametrize(
    ("age", "fault"), [(300, None), (301, Fault.TIME), (-300, None), (-301, Fault.TIME)]
)
def test_a_signature_is_good_for_five_minutes_and_not_for_the_future(
    age: int, fault: Fault | None
) -> None:
    assert fault_of(headers_of(b"{}"), now=NOW + age) is fault


@pytest.mark.parametrize("time", ["-1", "1e9", "²", " 1795000000", "9" * 40])
def test_a_time_that_is_none_is_refused(time: str) -> None:
    assert fault_of({**headers_of(b"{}"), "Wechatpay-Timestamp": time}) is Fault.TIME


def test_another_body_another_key_and_another_serial_are_refused() -> None:
    headers = headers_of(b"{}")

    assert fault_of(headers, b"{ }") is Fault.SIGNATURE
    assert fault_of(headers_of(b"{}", key=OTHER)) is Fault.SIGNATURE
    assert fault_of({**headers, "Wechatpay-Serial": "ABC"}) is Fault.SERIAL
    assert fault_of({**headers, "Wechatpay-Nonce": "pepper"}) is Fault.SIGNATURE
    assert fault_of({**headers, "Wechatpay-Signature": "not base64"}) is Fault.SIGNATURE
    assert fault_of({**headers, "Wechatpay-Signature-Type": "NONE"}) is Fault.SIGNATURE


def test_a_probe_is_told_from_a_mistake() -> None:
    headers = headers_of(b"{}")
    headers["Wechatpay-Signature"] = "WECHATPAY/SIGNTEST/" + headers["Wechatpay-Signature"]

    assert fault_of(headers) is Fault.PROBE


def test_a_resource_opens_with_its_key_only_and_unchanged_only() -> None:
    sealed = signing.encrypt(APIV3_KEY, "一元".encode(), nonce="n" * 12, associated_data="t")

    def opened(
        key: bytes = APIV3_KEY, text: str = sealed, salt: str = "n" * 12, data: str = "t"
    ) -> str:
        return signing.decrypt(key, text, nonce=salt, associated_data=data).decode()

    assert opened() == "一元"
    flipped = ("A" if sealed[0] != "A" else "B") + sealed[1:]
    for wrong in (
        lambda: opened(key=APIV3_KEY.lower()),
        lambda: opened(text=flipped),
        lambda: opened(salt="m" * 12),
        lambda: opened(data=""),
        lambda: opened(text="%"),
        lambda: opened(text=""),
        lambda: opened(salt=""),
    ):
        with pytest.raises(Forged) as forged:
            wrong()
        assert forged.value.fault is Fault.SECRET


def test_a_field_for_wechat_is_read_by_wechat_only() -> None:
    sealed = signing.encrypt_field(KEY.public_key(), "张三")

    assert signing.decrypt_field(KEY, sealed) == "张三"
    with pytest.raises(Forged):
        signing.decrypt_field(OTHER, sealed)


def test_weak_keys_and_keys_of_another_kind_are_not_loaded() -> None:
    weak = rsa.generate_private_key(65537, 1024)
    curve = ec.generate_private_key(ec.SECP256R1())
    for key in (weak, curve):
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        with pytest.raises(ValueError, match="2048"):
            signing.load_private_key(private)
        with pytest.raises(ValueError, match="2048"):
            signing.load_public_key(public)
