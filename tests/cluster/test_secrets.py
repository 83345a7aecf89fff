"""A token that the kubeconfig holds is told to nobody but the API server, however the server and the libraries behave."""

import logging
import traceback
from pathlib import Path

import pytest

from canary.errors import CanaryError
from tests.cluster.scripted import Act, Scripted, refusal
from tests.cluster.test_faults import CALLS, FAULTS, Do, reaching

TOKEN = "s3cr3t-t0ken"

REFUSALS: dict[str, Act] = {
    "401": refusal(401, "Unauthorized"),
    "403": refusal(403, 'trafficsplits is forbidden: User "x" cannot list resource'),
    "409": refusal(409, "the object has been modified"),
    "422": refusal(422, "metadata.uid: Invalid value"),
}


@pytest.mark.parametrize("fault", [*FAULTS, *REFUSALS])
@pytest.mark.parametrize("call", CALLS)
def test_the_token_is_in_no_log_at_any_level_and_in_no_error(
    call: Do, fault: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with Scripted(last=(FAULTS | REFUSALS)[fault]) as server:
        cluster = reaching(server, tmp_path)
        with pytest.raises(CanaryError) as raised:
            call(cluster)
    told = "".join(traceback.format_exception(raised.value)) + raised.value.hint + raised.value.at
    assert server.requests[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in told + caplog.text + "".join(capfd.readouterr())
