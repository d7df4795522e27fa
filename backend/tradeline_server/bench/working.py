"""What `python -m tradeline_server.bench.working` runs: the real worker.

It ends when its standard input does: whatever becomes of the bench, nothing is left behind.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

from tradeline_server.cli import main as run_command


def main() -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    run_command(["worker"])


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
