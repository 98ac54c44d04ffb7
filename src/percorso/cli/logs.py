"""How log lines look: JSON lines for machines, coloured lines on a terminal. Always on standard error.

A line never holds an address, a trait or an event's content; ids and counts only.
"""

import logging
import sys

import structlog


def set_up_logs(level: str) -> None:
    """Set structlog up for this process and those forked from it. A command is quiet; `up` says what it does."""
    terminal = sys.stderr.isatty()
    renderer = structlog.dev.ConsoleRenderer(colors=True) if terminal else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info if not terminal else _keep,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=max(logging.WARNING, logging.getLevelName(level.upper())), stream=sys.stderr, force=True)


def _keep(_logger: object, _name: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return line
