"""
Is this service ready to be rolled out? Rows of small pure functions over a `Survey` of what was read.

They stand in this ring, and not with the command that shows them, so that whoever reads a `Survey` may judge by the same
rows: a person before the first rollout, and whatever starts one. What could not be read is unknown, and never ok.
"""

from collections.abc import Iterator

from canary.rollout.checkup import access, linkerd, mesh, owners, policies, services, source
from canary.rollout.checkup.row import Finding, Level, Row
from canary.rollout.checkup.survey import Survey

CLUSTER: tuple[Row, ...] = (*access.ROWS, *linkerd.CLUSTER_ROWS, source.ROWS[0], source.ROWS[1])
"""Those that are about no route."""

ROWS: tuple[Row, ...] = (
    *access.ROWS,
    *linkerd.CLUSTER_ROWS,
    *services.ROWS,
    *owners.ROWS,
    *source.ROWS,
    *mesh.ROWS,
    *policies.ROWS,
)
"""All of them, what others rest on first."""


def checked(survey: Survey) -> Iterator[tuple[Row, Finding]]:
    """Every row that fits: a survey without the name of a route is about the cluster alone."""
    for row in ROWS if survey.name else CLUSTER:
        yield row, row.of(survey)


__all__ = ["CLUSTER", "ROWS", "Finding", "Level", "Row", "Survey", "checked"]
