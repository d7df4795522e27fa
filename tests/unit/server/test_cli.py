"""How the command line speaks."""

import socket
from pathlib import Path

import pytest

from tradeline_server.cli import main, tradeline


def test_every_file_is_a_command_with_help() -> None:
    context = tradeline.make_context("tradeline", ["--help"], resilient_parsing=True)
    names = tradeline.list_commands(context)
    assert {"migrate", "run"} <= set(names)
    for name in names:
        command = tradeline.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert command.get_short_help_str()


def test_the_help_of_run_says_what_a_proxy_needs(capsys: pytest.CaptureFixture[str]) -> None:
    main(["run", "--help"])

    assert "FORWARDED_ALLOW_IPS" in capsys.readouterr().out


def test_an_unknown_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["brew"])
    assert stopped.value.code == 2
    assert "brew" in capsys.readouterr().err


def test_an_expected_failure_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRADELINE_PORT", "harbour")
    with pytest.raises(SystemExit) as stopped:
        main(["migrate"])
    assert stopped.value.code == 2
    assert (
        capsys.readouterr().err
        == "error: TRADELINE_PORT is 'harbour', which is no port number; say 1 to 65535\n"
    )


@pytest.mark.parametrize("arguments", [["doctor"], ["scenarios", "run", "f2c"]])
def test_a_home_that_cannot_be_used_is_an_expected_failure(
    arguments: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("TRADELINE_HOME", str(tmp_path / "file"))
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "set TRADELINE_HOME to another" in said


@pytest.mark.parametrize("name", ["run", "web"])
@pytest.mark.parametrize(
    ("host", "advice"),
    [("192.0.2.1", "set TRADELINE_HOST"), ("127.0.0.1", "set TRADELINE_PORT")],
)
def test_who_cannot_listen_is_told_whether_it_is_the_address_or_the_port(
    name: str,
    host: str,
    advice: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("TRADELINE_HOST", host)
        monkeypatch.setenv("TRADELINE_PORT", str(taken.getsockname()[1]))
        with pytest.raises(SystemExit) as stopped:
            main([name])
    assert stopped.value.code == 1
    assert advice in capsys.readouterr().err


def test_a_database_that_does_not_answer_is_an_expected_failure(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(SystemExit) as stopped:
        main(["migrate"])
    assert stopped.value.code == 1
    assert capsys.readouterr().err.startswith("error: The database of DATABASE_URL cannot be used")
