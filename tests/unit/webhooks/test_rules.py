"""Which addresses may be told, what of, how it is signed, and how long it is tried."""

import base64
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import MEMBER_KEY
from tradeline.kernel import InvalidValue, Locale
from tradeline.webhooks import Topic, WebhookKeys, secret_of, signatures
from tradeline.webhooks.model import PAUSES, judge_topics, judge_url, pause_after, telling_of

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    "url",
    [
        "https://erp.example.com/tradeline?of=1",
        "https://erp.example.com",
        "https://erp.example.com:443/",
        "https://erp.example.com:8443/hook",
        "https://xn--fiq228c.example/hook",
    ],
)
def test_a_public_name_over_tls_may_be_told(url: str) -> None:
    assert judge_url(url, allows_loopback=False) == []
    assert judge_url(url, allows_loopback=True) == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "erp.example.com",
        "//erp.example.com/",
        "http://erp.example.com/",
        "ftp://erp.example.com/",
        "file:" + "///etc/passwd",
        "gopher://erp.example.com/",
        "https://",
        "https:///path",
        "https://localhost/",
        "https://database/",
        "https://10.0.0.1/",
        "https://93.184.216.34/",
        "https://2130706433/",
        "https://127.1/",
        "https://0x7f.0x1/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://127.0.0.1./",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://[::ffff:7f00:1%25eth0.x]/",
        "https://[64:ff9b::127.0.0.1]/",
        "https://0/",
        "https://0.0.0.0/",
        "https://erp.0/",
        "https://0300.0250.0.1/",
        "https://127.0.0.1%2eexample.com/",
        "https://127.0.0.1%00.example.com/",
        "https://127.0.0.1;.example.com/",
        "https://127.0.0.1,example.com/",
        "https://erp..example.com/",
        "https://./",
        "https+unix://%2Frun%2Fpostgresql%2Fx/",
        "unix:/run/postgresql/x",
        "https:/erp.example.com/",
        "https:erp.example.com/",
        "https://\t127.0.0.1/",
        "https://erp.example.com@127.0.0.1/",
        "https://user:secret@erp.example.com/",
        "https://@erp.example.com/",
        "https://erp.example.com/#part",
        "https://erp.example.com\\@127.0.0.1/",
        "https://erp.example.com:22/",
        "https://erp.example.com:80/",
        "https://erp.example.com:0/",
        "https://erp.example.com:99999/",
        "https://erp.example.com:x/",
        "https://erp.example.com/\r\nHost: inside",
        "https://erp.example.com/a b",
        "https://erp.例子.com/",
        "https://erp.example.com/" + "a" * 500,
    ],
)
def test_anything_else_is_refused_with_what_to_do(url: str) -> None:
    [problem] = judge_url(url, allows_loopback=False)
    assert isinstance(problem, InvalidValue)
    assert problem.path == ("url",)
    assert "网址" in problem.message(Locale.ZH)
    loopback = judge_url(url, allows_loopback=True)
    assert loopback == [problem] or "localhost" in url


def test_this_machine_may_be_told_where_that_is_allowed_and_no_other() -> None:
    for url in ("http://127.0.0.1:8099/hook", "http://localhost:80/", "https://127.0.0.1/"):
        assert judge_url(url, allows_loopback=True) == []
        assert judge_url(url, allows_loopback=False) != []
    assert judge_url("http://127.0.0.2/", allows_loopback=True) != []


def test_at_least_one_topic_is_needed() -> None:
    assert len(judge_topics([])) == 1
    assert judge_topics([Topic.ORDER_PLACED]) == []


def test_topics_are_all_those_of_orders_and_nothing_else() -> None:
    text = (ROOT / "backend/decisions/0011-what-is-published.md").read_text(encoding="utf-8")
    published = set(re.findall(r"`(order\.[a-z_]+)`", text)) - {"order.place"}
    assert {topic.value for topic in Topic} == published


def test_of_an_event_nothing_is_told_but_ids() -> None:
    payload: dict[str, Any] = {
        "order_id": 7,
        "shipment_id": 9,
        "return_id": "9",
        "seller_org_id": 1,
        "buyer_org_id": 2,
        "state": "shipped",
        "lines": [{"unit_price": "3.00"}],
        "note": "secret",
    }
    assert telling_of(payload) == {"order_id": 7, "shipment_id": 9}


def test_pauses_grow_and_come_to_three_days() -> None:
    assert list(PAUSES) == sorted(set(PAUSES))
    assert timedelta(days=3) < sum(PAUSES, timedelta()) < timedelta(days=3, hours=6)
    assert pause_after(1) == PAUSES[0]
    assert pause_after(len(PAUSES)) == PAUSES[-1]
    assert pause_after(len(PAUSES) + 1) is None


def test_signatures_are_those_of_standard_webhooks() -> None:
    """The vector that its libraries are tested by."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = signatures(
        [key],
        id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_each_endpoint_version_and_network_has_a_secret_of_its_own() -> None:
    secrets = [
        secret_of(*each) for each in ((1, 1, 1), (1, 1, 2), (1, 2, 1), (2, 1, 1), (11, 1, 1))
    ]
    assert len(set(secrets)) == len(secrets)
    assert secret_of(1, 1, 1) == secrets[0]
    assert all(
        each.startswith("whsec_") and len(base64.b64decode(each[6:])) == 32 for each in secrets
    )
    other = WebhookKeys("another key, for tests alone, long")
    assert other.key(1, 1, 1) != WebhookKeys(MEMBER_KEY).key(1, 1, 1)


def test_keys_are_not_shown_in_logs() -> None:
    assert MEMBER_KEY not in repr(WebhookKeys(MEMBER_KEY))
