"""Moments as a command line says them: RFC 3339, or so long before now."""

from datetime import UTC, datetime

import click

from canary.cli.shell.options import duration

NOW = "now"


def moment(text: str, option: str, now: float) -> float:
    """
    Unix seconds.

    Args:
        text: `now`, `-2h`, or `2026-03-01T12:00:00Z`.
        now: Unix seconds by the clock of whoever is asked.

    Raises:
        BadOptionUsage: it is none of these.
    """
    if text == NOW:
        return now
    if text.startswith("-"):
        return now - duration(text[1:], option).total_seconds()
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        hint = "write 2026-03-01T12:00:00Z, or -2h for two hours ago, or now"
        raise click.BadOptionUsage(
            option, f"Invalid value for '{option}': {text!r} is no moment; {hint}"
        ) from error
    if found.tzinfo is None:
        raise click.BadOptionUsage(
            option, f"Invalid value for '{option}': {text!r} has no time zone; end it with Z, or +02:00"
        )
    return found.timestamp()


def shown(seconds: float) -> str:
    """For people."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}Z"
