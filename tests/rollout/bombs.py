"""Files that were made to break whoever reads them, each as large as a policy may be."""

from collections.abc import Mapping

from canary.rollout.policyfile import SIZE_LIMIT

HEAD = "apiVersion: canary.delivery/v1alpha1\nkind: RolloutPolicy\nmetadata:\n  name: p\nspec:\n"
GOOD = HEAD + "  steps: [{share: 10%}]\n"


def filled(unit: str, head: str = GOOD + "  x: ", tail: str = "") -> str:
    """`unit` again and again, as often as there is room."""
    return head + unit * ((SIZE_LIMIT - len(head) - len(tail)) // len(unit)) + tail


METRIC = GOOD + "  gates:\n  - {kind: errors}\n  - kind: metric\n    name: m\n    max: 1\n    query: "
"""A policy that only lacks what the metric asks."""


def chained() -> str:
    """Nine times nine times nine …: a billion laughs."""
    lines = [f"  {chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)]
    return f"{GOOD}  a: &a [x, x]\n{''.join(lines)}"


BOMBS: Mapping[str, str] = {
    "aliases": chained(),
    "a list within itself": "&a [*a]\n",
    "anchors": filled("&a x, ", GOOD + "  x: [", "]"),
    "open lists": filled("["),
    "open maps": filled("{a: "),
    "open questions": filled("? ", GOOD),
    "lists in lists": GOOD + "  x: " + "[" * 30_000 + "]" * 30_000,
    "dashes": filled("- ", GOOD + "  x:\n    "),
    "nearly too deep": GOOD + "  x: " + "[" * 900 + "]" * 900,
    "digits": filled("9", GOOD + "  minRequests: "),
    "digits in base 16": filled("f", GOOD + "  minRequests: 0x"),
    "digits in base 8": filled("7", GOOD + "  minRequests: 0"),
    "digits in base 2": filled("1", GOOD + "  minRequests: 0b"),
    "digits in base 60": filled(":59", GOOD + "  minRequests: 1"),
    "a fraction in base 60": filled(":59", GOOD + "  stableFloor: 1", ".5"),
    "a long fraction": filled("9", GOOD + "  stableFloor: 0."),
    "a high power": GOOD + "  stableFloor: 1.0e+999999999\n",
    "a long percentage": filled("9", GOOD + "  stableFloor: ", "%"),
    "a long duration": filled("9m", GOOD + "  deadline: "),
    "a long name": filled("a", HEAD.replace("p\n", "") + "", "\n"),
    "a long word": filled("a", GOOD + "  onFailure: "),
    "a long key": filled("a", GOOD + "  ", ": 1"),
    "a long anchor": filled("a", GOOD + "  x: &"),
    "unknown keys": GOOD + "".join(f"  k{number}: 1\n" for number in range(5_000)),
    "the same key": filled("  a: 1\n", GOOD),
    "steps": filled("    - {share: 10%}\n", HEAD + "  steps:\n"),
    "steps that are none": filled("1,", HEAD + "  steps: [", "]"),
    "unknown gates": filled("   - {kind: x}\n", GOOD + "  gates:\n"),
    "wrong gates": filled("   - {kind: objective}\n", GOOD + "  gates:\n"),
    "bounds": filled("1s,", GOOD + "  gates: [{kind: errors}, {kind: latency, bounds: [", "]}]"),
    "windows": filled("{cron: 0 9 * * mon, duration: 1h},", GOOD + "  windows: [", "]"),
    "windows of unknown zones": GOOD
    + "  windows:\n"
    + "".join(f"    - {{cron: 0 9 * * mon, duration: 1h, zone: A/{number}}}\n" for number in range(8)),
    **{
        f"cron: {name}": GOOD + f"  windows: [{{duration: 1h, cron: '{cron}'}}]\n"
        for name, cron in {
            "a day that never comes": "0 0 31 2 *",
            "stars": "*" * 60_000,
            "a list": "0" + ",0" * 30_000 + " * * * *",
            "ranges": "0-59," * 12_000 + "0 * * * *",
            "digits": "9" * 60_000 + " * * * *",
            "blanks": " " * 60_000,
            "steps": "*/" * 30_000,
            "no end of steps": "*/0 * * * *",
            "control": "0 9 * * *\x1f",
        }.items()
    },
    "a window of a thousand years": GOOD + "  windows: [{cron: 0 9 * * *, duration: 365000d}]\n",
    "a window of no time": GOOD + "  windows: [{cron: 0 9 * * *, duration: 0s}]\n",
    "a zone that is a file": GOOD + "  windows: [{cron: 0 9 * * *, duration: 1h, zone: ../../etc/passwd}]\n",
    "a zone that is long": filled("a/", GOOD + "  windows: [{cron: 0 9 * * *, duration: 1h, zone: ", "}]"),
    "metrics": filled(
        "   - {kind: metric, name: m, query: x, max: 1}\n", GOOD + "  gates:\n   - {kind: errors}\n"
    ),
    "a long metric's name": filled("a", GOOD + "  gates: [{kind: metric, query: x, max: 1, name: ", "}]"),
    "a long query": filled("a", METRIC),
    "many texts": METRIC + "'" + '""' * 1023 + "#'",
    "many open texts": METRIC + "'" + '"\\a' * 682 + "\"'",
    "backslashes": METRIC + "'" + '"' + "\\" * 2046 + "'",
    "placeholders": METRIC + "'x{a=\"" + "{{canary}}" * 200 + "\" # }'",
    "open placeholders": METRIC + "'x{a=\"" + "{" * 2000 + "\"}'",
    "spaces in a placeholder": METRIC + "'x{a=\"{{" + " " * 2000 + "\"}'",
    "a digest": METRIC + "'@0123456789abcdef'",
    "a query that is no text": METRIC + "{a: b}",
    "spaces": filled(" "),
    "tabs": filled("\t"),
    "lines": filled("\n"),
    "quotes": filled("''"),
    "an open quote": filled('"'),
    "escapes": filled("\\x00", GOOD + '  x: "', '"'),
    "comments": filled("#"),
    "percent signs": filled("%"),
    "directives": filled("%YAML 1.1\n", ""),
    "documents": filled("--- a\n", ""),
    "colons": filled(": "),
    "one character": filled("\u0301", GOOD + "  x: e")[: SIZE_LIMIT // 2],
    "tags": filled("!a "),
    "a tag of Python": GOOD + "  x: !!python/object/apply:os.system ['id']\n",
    **{
        f"the tag {kind} on nothing": GOOD + f"  x: !!{kind} ''\n"
        for kind in (
            "int",
            "float",
            "bool",
            "null",
            "timestamp",
            "binary",
            "set",
            "omap",
            "pairs",
            "map",
            "seq",
        )
    },
    "a day that never was": GOOD + "  deadline: 2001-99-99\n",
    "no number": GOOD + "  stableFloor: .nan\n",
    "no end": GOOD + "  stableFloor: .inf\n",
    "NUL": GOOD + "  x: \x00",
    "NUL first": "\x00" + GOOD,
    "a bell": GOOD + "  x: \x07",
    "half a pair": GOOD + "  x: \ud800",
    "a byte order mark in the middle": GOOD + "  x: \ufeff",
    "something else": "\x89PNG\r\n\x1a\n",
    "nothing": "",
    "one byte too many": GOOD + "#" * SIZE_LIMIT,
}

BYTES: Mapping[str, tuple[bytes, str]] = {
    "a byte that is no UTF-8": (GOOD.encode() + b"  x: \xff\n", "p.yaml:7:6"),
    "UTF-16": (GOOD.encode("utf-16"), "p.yaml:1:1"),
    "half a character": (b"a: \xc3", "p.yaml:1:4"),
    "an overlong NUL": (b"a:\n  \xc0\x80", "p.yaml:2:3"),
}
"""With the place that is told."""
