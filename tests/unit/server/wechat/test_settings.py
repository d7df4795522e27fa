"""What the environment says about WeChat."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.factories_wechat import wechat_keys
from tradeline_server.errors import UsageError
from tradeline_server.wechat import load_merchants, load_wechat_settings
from tradeline_server.wechat.settings import API_URL, PAY_URL
from tradeline_server.wechat.simulator import environment_of, kept_keys
from tradeline_server.wechat.simulator.keys import BRANCH_MCHIDS

URL = "http://127.0.0.1:8090"
NOTIFY = "https://shop.example/wechat/notices"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return dict(environment_of(tmp_path_factory.mktemp("wechat") / "keys", URL, NOTIFY))


def test_without_a_word_of_wechat_there_is_none() -> None:
    assert load_wechat_settings({"TRADELINE_PORT": "8000", "TRADELINE_WECHAT_MCHID": ""}) is None


def test_the_simulators_settings_are_understood(environment: dict[str, str]) -> None:
    settings = load_wechat_settings(environment)

    assert settings is not None
    assert (settings.pay_url, settings.api_url) == (URL, URL)
    assert settings.notify_url == f"{NOTIFY}/{settings.mchid}"
    keys = kept_keys(Path(environment["TRADELINE_WECHAT_APIV3_KEY_FILE"]).parent)
    assert settings.merchant.serial == keys.merchant_serial
    assert settings.apiv3_key == keys.apiv3_key
    assert list(settings.public_keys) == [keys.public_key_id]


def test_wechat_itself_is_asked_unless_told_otherwise(environment: dict[str, str]) -> None:
    for name in ("PAY_URL", "API_URL", "PUBLIC_KEY_ID", "PUBLIC_KEY_FILE"):
        environment = {**environment, f"TRADELINE_WECHAT_{name}": ""}
    settings = load_wechat_settings(environment)

    assert settings is not None
    assert (settings.pay_url, settings.api_url) == (PAY_URL, API_URL)
    assert settings.public_keys == {}  # then certificates are fetched


@pytest.mark.parametrize(
    "name", ["MCHID", "APPID", "NOTIFY_URL", "MERCHANT_SERIAL", "MERCHANT_KEY_FILE",
             "APIV3_KEY_FILE", "APP_SECRET_FILE", "PUBLIC_KEY_ID", "PUBLIC_KEY_FILE"]
)  # fmt: skip
def test_half_of_it_is_refused_by_name(environment: dict[str, str], name: str) -> None:
    with pytest.raises(UsageError, match=f"TRADELINE_WECHAT_{name.removesuffix('_FILE')}"):
        load_wechat_settings({**environment, f"TRADELINE_WECHAT_{name}": ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PAY_URL", "http://api.mch.weixin.qq.com"),
        ("PAY_URL", "https://user@api.mch.weixin.qq.com"),
        ("PAY_URL", "https://api.mch.weixin.qq.com/v3"),
        ("API_URL", "ftp://127.0.0.1"),
        ("API_URL", "http://127.0.0.1.example.com"),
        ("NOTIFY_URL", "https://shop.example/x?y=1"),
        ("NOTIFY_URL", "shop.example"),
        ("APIV3_KEY", "short"),
        ("MERCHANT_KEY", "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----"),
        ("PUBLIC_KEY", "none"),
        ("APP_SECRET_FILE", "nowhere/at/all"),
    ],
)
def test_nonsense_is_refused_by_name(environment: dict[str, str], name: str, value: str) -> None:
    with pytest.raises(UsageError, match=f"TRADELINE_WECHAT_{name}"):
        load_wechat_settings({**environment, f"TRADELINE_WECHAT_{name}": value})


def test_no_secret_shows_in_what_is_printed_of_settings() -> None:
    keys = wechat_keys()
    shown = repr(keys.settings(URL, NOTIFY)) + repr(keys)

    assert keys.app_secret not in shown
    assert keys.apiv3_key.decode() not in shown
    assert "RSA" not in shown


def test_the_simulators_keys_are_made_once_and_for_our_eyes_only(tmp_path: Path) -> None:
    first = kept_keys(tmp_path / "keys")
    again = kept_keys(tmp_path / "keys")

    assert again.merchant_serial == first.merchant_serial
    assert again.app_secret == first.app_secret
    assert (tmp_path / "keys").stat().st_mode & 0o077 == 0
    files = [path for path in (tmp_path / "keys").iterdir() if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_each_merchant_of_the_simulator_has_keys_of_its_own(environment: dict[str, str]) -> None:
    first, *others = load_merchants(environment)

    assert [each.mchid for each in others] == list(BRANCH_MCHIDS)
    assert {each.appid for each in others} == {first.appid}
    for field in ("mchid", "notify_url", "apiv3_key"):
        assert len({getattr(each, field) for each in (first, *others)}) == 3
    assert len({each.merchant.serial for each in (first, *others)}) == 3
    assert [each.notify_url for each in others] == [f"{NOTIFY}/{each.mchid}" for each in others]


def test_merchants_of_files_need_no_first_one(environment: dict[str, str]) -> None:
    folder = {"TRADELINE_WECHAT_MERCHANTS_DIR": environment["TRADELINE_WECHAT_MERCHANTS_DIR"]}

    assert [each.mchid for each in load_merchants(folder)] == list(BRANCH_MCHIDS)
    assert load_merchants({}) == []


def test_paths_in_a_merchants_file_are_seen_from_its_folder(
    environment: dict[str, str], tmp_path: Path
) -> None:
    lines = {"# of ours": "", **environment, "TRADELINE_WECHAT_MCHID": "1900000409"}
    del lines["TRADELINE_WECHAT_MERCHANTS_DIR"]
    secret = Path(lines["TRADELINE_WECHAT_APP_SECRET_FILE"]).read_text()
    (tmp_path / "app secret").write_text(secret)
    lines["TRADELINE_WECHAT_APP_SECRET_FILE"] = '"app secret"'
    (tmp_path / "mine.env").write_text("\n".join(f"{k}={v}" for k, v in lines.items()))

    (found,) = load_merchants({"TRADELINE_WECHAT_MERCHANTS_DIR": str(tmp_path)})

    assert (found.mchid, found.app_secret) == ("1900000409", secret)


def test_a_merchant_that_is_described_twice_is_refused(environment: dict[str, str]) -> None:
    again = {**environment, "TRADELINE_WECHAT_MCHID": BRANCH_MCHIDS[0]}
    with pytest.raises(UsageError, match="twice"):
        load_merchants(again)


@pytest.mark.parametrize(
    ("content", "message"),
    [("nothing", "says nothing"), ("TRADELINE_WECHAT_MCHID=1", "m.env: .*MERCHANT_KEY")],
)
def test_a_merchants_file_that_is_not_whole_is_refused_by_its_name(
    tmp_path: Path, content: str, message: str
) -> None:
    (tmp_path / "m.env").write_text(content)
    with pytest.raises(UsageError, match=message):
        load_merchants({"TRADELINE_WECHAT_MERCHANTS_DIR": str(tmp_path)})


def test_a_folder_of_merchants_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="no folder"):
        load_merchants({"TRADELINE_WECHAT_MERCHANTS_DIR": "/nowhere/at/all"})
