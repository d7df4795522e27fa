"""Logs: lines for a person at a terminal, JSON for everything else."""

import logging
import sys

import structlog

SHARED: tuple[structlog.typing.Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def configure_logs(level: int = logging.INFO) -> None:
    """Send structlog's and the standard library's records, uvicorn's too, the same way."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(for_person=sys.stderr.isatty()))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ("uvicorn.error", "uvicorn.access", "httpx", "httpx2"):
        logging.getLogger(name).setLevel(logging.WARNING)


def formatter(*, for_person: bool) -> logging.Formatter:
    """Tracebacks without the values of local variables: those hold passwords and tokens."""
    last: tuple[structlog.typing.Processor, ...]
    if for_person:
        tracebacks = structlog.dev.RichTracebackFormatter(show_locals=False)
        last = (structlog.dev.ConsoleRenderer(exception_formatter=tracebacks),)
    else:
        transform = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        last = (
            structlog.processors.ExceptionRenderer(transform),
            structlog.processors.JSONRenderer(),
        )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=SHARED,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )
