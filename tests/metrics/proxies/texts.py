"""Pages written down line by line: they start healthy, a test changes one thing."""

from canary.metrics.proxies.page import Page, read

STARTED = 1_790_000_000.0


def answers(count: float, **labels: str) -> str:
    """A line that counts answers of the canary."""
    return line("response_total", count, outbound(classification="success", **labels))


def outbound(**labels: str) -> str:
    whose = {"direction": "outbound", "dst_namespace": "shop", "dst_service": "web-v2", "dst_pod": "web-v2-a"}
    return ",".join(f'{name}="{value}"' for name, value in (whose | labels).items())


def line(name: str, value: float, labels: str = "") -> str:
    return f"{name}{{{labels}}} {value}" if labels else f"{name} {value}"


def text(*lines: str, started: float = STARTED) -> str:
    """The page of a proxy with these lines."""
    return "".join(f"{one}\n" for one in (*lines, line("process_start_time_seconds", started), "# EOF"))


def page(*lines: str, started: float = STARTED) -> Page:
    return read(text(*lines, started=started))
