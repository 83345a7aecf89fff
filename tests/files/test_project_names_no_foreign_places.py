"""
The project works wherever it is cloned, behind whichever package index its users have.

So no file names a folder of the machine it was written on, a text that is not part of it, or the host of a registry.
The patterns are put together from pieces: this file is searched as well.
"""

import re

from tests.files.project import ROOT, files

FOREIGN = re.compile(
    "|".join(
        [
            r"(?<!\w)/" + "work/",
            r"\.\./" + "shared",
            "/opt/" + "wheels",
            r"\.py" + "env/",
            "/tmp/" + "beds",
            r"pypi\." + "org",
            r"python" + r"hosted\.org",
            r"registry\." + r"npmjs\.org",
            r"(proxy|sum)\." + r"golang\.org",
            r"(static\.|index\.)?crates\." + "io",
            r"repo1?\.maven\." + r"(apache\.)?org",
            r"deb\." + r"debian\.org",
        ]
    )
)


def test_no_file_names_a_workplace_or_a_registry() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in files()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if FOREIGN.search(line)
    ]
    assert found == []
