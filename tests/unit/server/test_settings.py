"""What is read from the environment, and what is assumed without it."""

import stat
from pathlib import Path

import pytest

from tradeline_server.errors import UsageError
from tradeline_server.settings import load_settings


def test_an_empty_environment_means_the_embedded_database_on_this_machine_only() -> None:
    settings = load_settings({})
    assert settings.database_url is None
    assert settings.home.name == ".tradeline"
    assert (settings.host, settings.port, settings.port_is_fixed) == ("127.0.0.1", 8000, False)


def test_empty_variables_are_as_good_as_none() -> None:
    given = {"DATABASE_URL": "", "TRADELINE_HOME": "", "TRADELINE_PORT": "", "TRADELINE_HOST": ""}
    assert load_settings(given) == load_settings({})


def test_a_port_that_somebody_asked_for_is_kept_to() -> None:
    assert load_settings({"TRADELINE_PORT": "8123"}).port_is_fixed


@pytest.mark.parametrize("port", ["0", "-1", "65536", "http", "80.5", "²"])
def test_what_is_no_port_is_refused(port: str) -> None:
    with pytest.raises(UsageError, match="TRADELINE_PORT"):
        load_settings({"TRADELINE_PORT": port})


def test_the_secret_is_made_once_and_for_our_eyes_only(tmp_path: Path) -> None:
    settings = load_settings({"TRADELINE_HOME": str(tmp_path / "new")})
    secret = settings.secret
    assert len(secret) >= 43
    assert load_settings({"TRADELINE_HOME": str(tmp_path / "new")}).secret == secret
    assert stat.S_IMODE((tmp_path / "new/secret").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret"]


def test_a_given_secret_is_taken_and_not_written_down(tmp_path: Path) -> None:
    given = {"TRADELINE_HOME": str(tmp_path), "TRADELINE_SECRET": "correct horse"}
    assert load_settings(given).secret == "correct horse"
    assert list(tmp_path.iterdir()) == []


def test_the_members_key_is_another_secret_made_once(tmp_path: Path) -> None:
    settings = load_settings({"TRADELINE_HOME": str(tmp_path)})
    key = settings.member_key
    assert len(key) >= 43
    assert key != settings.secret
    assert load_settings({"TRADELINE_HOME": str(tmp_path)}).member_key == key
    assert stat.S_IMODE((tmp_path / "member-key").stat().st_mode) == 0o600


def test_the_members_key_is_given_by_itself_or_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("k" * 32 + "\n")
    home = {"TRADELINE_HOME": str(tmp_path / "home")}
    assert load_settings(home | {"TRADELINE_MEMBER_KEY": "g" * 32}).member_key == "g" * 32
    assert load_settings(home | {"TRADELINE_MEMBER_KEY_FILE": str(file)}).member_key == "k" * 32
    assert not (tmp_path / "home").exists()
    for given in (
        {"TRADELINE_MEMBER_KEY": "short"},
        {"TRADELINE_MEMBER_KEY_FILE": str(tmp_path / "nothing")},
        {"TRADELINE_MEMBER_KEY_FILE": str(tmp_path)},
    ):
        with pytest.raises(UsageError, match="TRADELINE_MEMBER_KEY"):
            load_settings(home | given)


def test_any_document_runs_unless_only_trusted_ones_are_asked_for() -> None:
    assert not load_settings({}).only_trusted_documents
    assert not load_settings({"TRADELINE_DOCUMENTS": "any"}).only_trusted_documents
    assert load_settings({"TRADELINE_DOCUMENTS": "trusted"}).only_trusted_documents
    with pytest.raises(UsageError, match="TRADELINE_DOCUMENTS"):
        load_settings({"TRADELINE_DOCUMENTS": "Trusted"})


def test_webhooks_tell_this_machine_only_if_that_is_said(tmp_path: Path) -> None:
    home = {"TRADELINE_HOME": str(tmp_path)}

    assert not load_settings(home).tells_loopback
    assert not load_settings(home | {"TRADELINE_WEBHOOK_LOOPBACK": "no"}).tells_loopback
    assert load_settings(home | {"TRADELINE_WEBHOOK_LOOPBACK": "1"}).tells_loopback
