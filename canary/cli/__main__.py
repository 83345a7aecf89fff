"""`python -m canary.cli`."""

from canary.cli import main

main()
