"""Object stores that fail, and what a transfer costs them: counted, never timed."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_cookies.plugin import Cookies

from bench.environments import ANSWERS
from bench.faults import FAILED, Experiment
from bench.s3_server import KINDS
from bench.stand_in import StandIn
from bench.subjects import BUCKET, OPERATIONS, Addon, addon_of
from bench.transfers import MIB, Runner, Workload
from tests.baked import Venv
from tests.conftest import baker

# Each test moves hundreds of files through a service that fails.
pytestmark = pytest.mark.slow

FILES = 60
MOST_AT_ONCE = {"fsspec": 16, "obstore": 32}
LARGE = 96 * MIB  # larger than all that may be in memory


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with StandIn.running(BUCKET) as stand_in:
        yield stand_in


@pytest.fixture(scope="module", params=ANSWERS)
def client(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def addon(client: str, cookies_session: Cookies, tmp_path_factory: pytest.TempPathFactory) -> Addon:
    """A generated addon, in an environment of its own."""
    venv = Venv.make(tmp_path_factory.mktemp(client) / "venv")
    venv.install(str(baker(cookies_session)(**ANSWERS[client]).root))
    return addon_of(client, str(venv.folder / "bin" / "task-run"))


def test_every_file_arrives_although_requests_fail(
    addon: Addon, stand_in: StandIn, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    place = Workload("faulty", FILES - 1, 4096).make(tmp_path, stand_in)
    (place.folder / "source" / "large.bin").write_bytes(os.urandom(20 * MIB))
    experiment = Experiment(addon, place, stand_in)
    for seed, operation in enumerate(OPERATIONS):
        with subtests.test(operation):
            seen = experiment.run(operation, fail_share=0.1, fail_kinds=list(KINDS), seed=seed)
            assert seen.failures, "the server has not failed at all"
            assert (seen.exit_code, seen.arrived, seen.wrong, seen.left) == (0, FILES, 0, 0), seen


def test_upload_whose_last_answer_is_lost_is_not_taken_for_a_failure(
    addon: Addon, stand_in: StandIn, tmp_path: Path
) -> None:
    """The upload is complete; to complete it once more is refused."""
    place = Workload("faulty", 1, 20 * MIB).make(tmp_path, stand_in)
    lost = {"fail_operations": ["CompleteMultipartUpload"], "fail_kinds": ["lost"]}
    seen = Experiment(addon, place, stand_in).run("up", fail_share=0.6, seed=1, **lost)
    assert seen.failures, "no answer was lost"
    assert (seen.exit_code, seen.arrived, seen.wrong, seen.left) == (0, 1, 0, 0), seen


def test_one_file_that_fails_always_stops_no_other_and_nothing_is_deleted(
    addon: Addon, stand_in: StandIn, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    place = Workload("faulty", FILES, 4096).make(tmp_path, stand_in)
    experiment = Experiment(addon, place, stand_in)
    for operation in OPERATIONS:
        with subtests.test(operation):
            seen = experiment.run_with_a_bad_file(operation, fail_kinds=FAILED)
            # OTF hands nothing to a local destination when not every file could be pulled.
            arrived = 0 if operation == "down" else FILES - 1
            assert (seen.exit_code, seen.arrived, seen.wrong, seen.left) == (1, arrived, 0, FILES)


def test_requests_and_memory(
    addon: Addon, client: str, stand_in: StandIn, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    runner = Runner(stand_in, rounds=1)
    number = 1010  # more than one page of a listing
    small = Workload("small", number, 100).make(tmp_path, stand_in)
    large = Workload("large", 1, LARGE).make(tmp_path, stand_in)
    expected = {
        "down": {"ListObjectsV2": 2, "GetObject": number},
        # The size of what arrived is asked for.
        "up": {"PutObject": number, "HeadObject": number},
        "copy": {"ListObjectsV2": 2, "CopyObject": number, "HeadObject": number},
    }
    for operation in OPERATIONS:
        with subtests.test(operation):
            told = runner.move(addon, operation, small, latency=0.005)
            assert told["requests"] == expected[operation]
            assert told["most_at_once"] <= MOST_AT_ONCE[client]
            usual = told["peak_mib"]
            assert runner.move(addon, operation, large)["peak_mib"] < usual + LARGE / MIB / 3
