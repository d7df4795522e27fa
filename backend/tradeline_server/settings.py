"""What the environment says, read once at the start of a process."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import msgspec

from tradeline_server.errors import UsageError

PORT_DEFAULT = 8000
SECRET_BYTES = 32


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """`database_url` None means the embedded server, whose data is in `home`."""

    home: Path
    database_url: str | None = None
    host: str = "127.0.0.1"
    port: int = PORT_DEFAULT
    port_is_fixed: bool = False
    given_secret: str | None = None
    given_member_key: str | None = None
    only_trusted_documents: bool = False
    tells_loopback: bool = False

    @property
    def secret(self) -> str:
        """What sessions and tokens are signed with: TRADELINE_SECRET, or made up once and kept."""
        return self.given_secret or _kept_secret(self.made_home() / "secret")

    @property
    def member_key(self) -> str:
        """What consumers are recognized by is sealed with it: TRADELINE_MEMBER_KEY, or made up once
        and kept. Without it, nobody is recognized any more."""
        return self.given_member_key or _kept_secret(self.made_home() / "member-key")

    def made_home(self) -> Path:
        """The home, made unless it is there. Raises UsageError for a place that cannot be used."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            reason = None if os.access(self.home, os.W_OK | os.X_OK) else "Permission denied"
        except OSError as error:
            reason = error.strerror
        if reason is not None:
            raise UsageError(
                f"The folder {self.home} cannot be used ({reason}): set TRADELINE_HOME to another."
            )
        return self.home


def load_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Raises UsageError for a variable that makes no sense."""
    home = environment.get("TRADELINE_HOME")
    port = environment.get("TRADELINE_PORT")
    if port and not (port.isdecimal() and 0 < int(port) < 65536):
        raise UsageError(f"TRADELINE_PORT is {port!r}, which is no port number; say 1 to 65535")
    documents = environment.get("TRADELINE_DOCUMENTS") or "any"
    if documents not in ("any", "trusted"):
        raise UsageError(f"TRADELINE_DOCUMENTS is {documents!r}; it may be any or trusted")
    return Settings(
        home=Path(home).expanduser().absolute() if home else project_root() / ".tradeline",
        database_url=environment.get("DATABASE_URL") or None,
        host=environment.get("TRADELINE_HOST") or "127.0.0.1",
        port=int(port) if port else PORT_DEFAULT,
        port_is_fixed=bool(port),
        given_secret=environment.get("TRADELINE_SECRET") or None,
        given_member_key=_given_member_key(environment),
        only_trusted_documents=documents == "trusted",
        tells_loopback=environment.get("TRADELINE_WEBHOOK_LOOPBACK") == "1",
    )


def project_root() -> Path:
    """The folder of this work tree; the current one where we are installed from a wheel."""
    root = Path(__file__).parents[2]
    return root if (root / "pyproject.toml").exists() else Path.cwd()


def _given_member_key(environment: Mapping[str, str]) -> str | None:
    """From the variable itself, or from the file that `…_FILE` names."""
    key = environment.get("TRADELINE_MEMBER_KEY") or None
    path = environment.get("TRADELINE_MEMBER_KEY_FILE")
    if key is None and path:
        try:
            key = Path(path).read_text().strip()
        except (OSError, UnicodeError) as error:
            raise UsageError(f"TRADELINE_MEMBER_KEY_FILE cannot be read: {error}") from None
    if key is not None and len(key) < SECRET_BYTES:
        raise UsageError(f"TRADELINE_MEMBER_KEY has to have {SECRET_BYTES} characters or more")
    return key


def _kept_secret(path: Path) -> str:
    """Two processes that start at once agree: the first to put its file in place wins."""
    if not path.exists():
        mine = path.with_name(f"{path.name}.{os.getpid()}")
        handle = os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(SECRET_BYTES))
        try:
            os.link(mine, path)
        except FileExistsError:
            pass
        finally:
            mine.unlink()
    return path.read_text().strip()
