"""Faults to put into the kit's jobs, each with the checks that have to turn red."""

from dataclasses import dataclass

import pytest

KIT = "src/opentaskpy/addons/demo/otf_kit/executions"


@dataclass(frozen=True)
class Fault:
    """A change of one text in one file.

    Attributes:
        file: A file of the kit's executions.
        old: The text that is replaced.
        new: What it is replaced with.
        tests: The file of `checks` of which at least one test has to fail.
    """

    file: str
    old: str
    new: str
    tests: str

    @property
    def path(self) -> str:
        """The file in the addon."""
        return f"{KIT}/{self.file}"


def fault(name: str, *parts: str) -> object:
    """Name a fault."""
    return pytest.param(Fault(*parts), id=name)


RUN, KILL, OUTPUT = "test_run.py", "test_kill.py", "test_output.py"
FEATURES, ONCE = "test_features.py", "test_started_once.py"
FAULTS = [
    fault(
        "failure_without_a_code_succeeds", "job_run.py", "if failed and not code:", "if False:", RUN
    ),
    fault(
        "unknown_state_is_waited_for",
        "job_run.py",
        "if state is None:\n            raise",
        "if state is None:\n            return State.UNKNOWN\n        if False:\n            raise",
        RUN,
    ),
    fault(
        "submitted_again_without_a_key",
        "job_run.py",
        "if starts_once else self._client.unbegun",
        "",
        RUN,
    ),
    fault("lost_answer_not_reported", "job_run.py", "self._doubt = error", "pass", RUN),
    fault("gone_at_the_first_404", "job_run.py", ">= MISSING_SECONDS", ">= 0", RUN),
    fault("polls_at_one_pace", "job_run.py", "pause *= 1.5", "pass", RUN),
    fault(
        "log_failure_fails_the_job",
        "job_output.py",
        "except Exception as error:\n            self._report",
        "except ZeroDivisionError as error:\n            self._report",
        OUTPUT,
    ),
    fault(
        "404_of_the_log_is_a_failure",
        "job_output.py",
        "except FileNotFoundError:",
        "except ZeroDivisionError:",
        OUTPUT,
    ),
    fault(
        "log_does_not_settle", "job_output.py", "min(quiet_since + settle, longest)", "0", OUTPUT
    ),
    fault("last_read_not_repeated", "job_output.py", "if now >= retried:", "if True:", OUTPUT),
    fault(
        "last_line_without_an_end_is_lost",
        "job_output.py",
        "lines.close()\n        if",
        "pass\n        if",
        OUTPUT,
    ),
    fault(
        "offset_not_moved",
        "job_logs.py",
        "self._offset + new if part.next is None else part.next",
        "self._offset",
        OUTPUT,
    ),
    fault(
        "page_left_before_it_was_full",
        "job_logs.py",
        "new = self._read_page() or new",
        "pass",
        OUTPUT,
    ),
    fault(
        "open_part_passed_on_again",
        "job_logs.py",
        "self._seen += new\n            return new > 0, False",
        "return new > 0, False",
        OUTPUT,
    ),
    fault(
        "ignored_range_passed_on_again",
        "job_logs.py",
        "0 if is_part else self._offset",
        "0",
        OUTPUT,
    ),
    fault(
        "cancelling_not_repeated",
        "job_run.py",
        "if is_transient(error) and time.monotonic() < deadline:",
        "if False:",
        KILL,
    ),
    fault(
        "cancelled_without_confirmation",
        "job_run.py",
        "state, was_missing = self._confirmed()",
        "state, was_missing = State.CANCELLED, False",
        KILL,
    ),
    fault("never_forced", "job_run.py", "and features.force:", "and False:", KILL),
    fault(
        "rest_of_the_log_not_read", "job_run.py", "self._output.finish(REST_SECONDS)", "pass", KILL
    ),
    fault(
        "lost_submission_left_running", "job_run.py", "self._ask(self._submit_again)", "pass", KILL
    ),
    fault(
        "kill_waits_for_the_follower",
        "job_run.py",
        "        self._woken.set()\n\n    # ---",
        "        pass\n\n    # ---",
        KILL,
    ),
    fault(
        "features_not_checked",
        "handler.py",
        "self.client_class.features.check(self.spec)",
        "pass",
        FEATURES,
    ),
    fault("undeclared_key_accepted", "features.py", "if key in spec:", "if False:", FEATURES),
    fault("command_and_job", "features.py", "if len(work) > 1:", "if False:", FEATURES),
    fault("parameters_not_passed", "runner.py", 'self._spec.get("parameters", {})', "{}", FEATURES),
    fault(
        "common_parameters_win",
        "jobs.py",
        "{**self.parameters, **parameters}",
        "{**parameters, **self.parameters}",
        FEATURES,
    ),
    fault(
        "name_not_resolved",
        "job_run.py",
        "replace(self._request, target=target)",
        "self._request",
        FEATURES,
    ),
    fault(
        "missing_log_hides_the_others",
        "job_output.py",
        "return False  # There is no log yet.",
        "raise",
        FEATURES,
    ),
    fault(
        "second_job_beside_the_first",
        "job_run.py",
        'raise ExecutionFailedError(\n            f"{what}, so none',
        'return None\n        raise ExecutionFailedError(\n            f"{what}, so none',
        ONCE,
    ),
    fault(
        "job_not_remembered",
        "job_run.py",
        "self._record.write(self._request.key, self._job)",
        "pass",
        ONCE,
    ),
    fault(
        "submission_not_remembered",
        "job_run.py",
        "self._record.write(self._request.key)\n",
        "pass\n",
        ONCE,
    ),
    fault(
        "ended_job_remembered",
        "job_run.py",
        "            self._record.remove()\n            self._outcome",
        "            self._outcome",
        ONCE,
    ),
    fault(
        "killed_job_remembered",
        "job_run.py",
        "if ended:\n            self._record.remove()",
        "if False:\n            self._record.remove()",
        ONCE,
    ),
    fault(
        "living_job_forgotten",
        "job_run.py",
        "if ended:\n            self._record.remove()",
        "if True:\n            self._record.remove()",
        ONCE,
    ),
    fault(
        "tasks_share_a_record", "job_records.py", "request.task, request.host, *work", "*work", ONCE
    ),
    fault("folder_of_anybody", "job_records.py", "folder.stat().st_uid != user", "False", ONCE),
    fault(
        "job_that_appears_again_goes_on",
        "job_run.py",
        "if was_missing and state is State.RUNNING:",
        "if False:",
        KILL,
    ),
]
