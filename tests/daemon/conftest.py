"""What every test of the daemon starts from."""

import pytest
import structlog


@pytest.fixture(autouse=True)
def _plain_log() -> None:
    """Another test of this process may have configured a stream that is closed by now."""
    structlog.reset_defaults()
