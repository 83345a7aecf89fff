"""The policies that come with the program, and the option to use others."""

from pathlib import Path

import click

PACKAGE = Path(__file__).parents[2]


def shipped() -> Path:
    """Inside the package; in a checkout beside it."""
    return next(
        (folder for folder in (PACKAGE / "policies", PACKAGE.parent / "policies") if folder.is_dir()), PACKAGE
    )


from_folder = click.option(
    "--policies",
    type=click.Path(path_type=Path),
    default=shipped,
    show_default="those that come with the program",
    help="Folder of policy files.",
)
"""Where names of policies are looked up."""
