"""Faults to put into a generated addon, each with the tests that have to turn red.

A fault is a change of one text in one file. `C` is the folder of what is the same for every
service, `S` that of the schemas. The group is that of the scenarios which a handler goes through.
"""

from dataclasses import dataclass
from typing import Any

import pytest

C = "src/opentaskpy/addons/myservice/otf_kit"
R = "src/opentaskpy/addons/myservice/remotehandlers"
S = f"{R}/schemas"
T = "tests/otf_kit/conformance/transfers"
E = "tests/otf_kit/conformance/executions"
K = "tests/otf_kit/conformance"


@dataclass(frozen=True)
class Mutation:
    """A fault.

    Attributes:
        file: Where it is put in.
        old: The text that is replaced.
        new: What it is replaced with.
        tests: What to run, such as "file -k name"; at least one test in it has to fail.
        addon: A key of ADDONS.
    """

    file: str
    old: str
    new: str
    tests: str
    addon: str


# The addons that faults are put into, and their answers.
ADDONS: dict[str, dict[str, Any]] = {
    "default": {"lookup_plugin": True, "caching_plugin": True},
    "rest": {"transfer_client": "http", "execution": "none"},
}


def mutation(
    name: str, file: str, old: str, new: str, tests: str, addon: str = "default"
) -> object:
    """Name a fault."""
    return pytest.param(Mutation(file, old, new, tests, addon), id=name)


def rest(name: str, file: str, old: str, new: str, tests: str) -> object:
    """Name a fault of requests to a REST service."""
    return mutation(name, f"{C}/http/{file}", old, new, f"tests/otf_kit/rest/{tests}", "rest")


SOURCE, DESTINATION = f"{C}/transfers/source.py", f"{C}/transfers/destination.py"
CALLS, HANDLER = f"{C}/transfers/calls.py", f"{C}/transfers/handler.py"
SOURCE_HANDLER = f"{C}/transfers/source_handler.py"
PLACING, TARGETS = f"{C}/transfers/placing.py", f"{C}/transfers/targets.py"
CHECKS, LISTING = f"{C}/transfers/checks.py", f"{C}/transfers/listing.py"
VERIFICATION, LEFTOVERS = f"{C}/transfers/verification.py", f"{C}/transfers/leftovers.py"
PROGRESS = f"{C}/transfers/progress.py"
FEATURES, MOVING = f"{C}/transfers/features.py", f"{C}/transfers/moving.py"
DESTINATION_HANDLER = f"{C}/transfers/destination_handler.py"
COMMAND, LAUNCHERS = f"{C}/executions/commands.py", f"{C}/executions/launchers.py"

MUTATIONS = [
    mutation(
        "no_summary",
        PROGRESS,
        "if self._sizes:\n            speed",
        "if not self._sizes:\n            speed",
        f"{T}/test_progress.py -k last_line_has",
    ),
    mutation(
        "failed_files_count_as_moved",
        PROGRESS,
        "            result = move(key)\n            with self._lock:\n"
        "                self._files += 1\n                self._bytes += self._sizes[key] or 0\n"
        "            return result",
        "            with self._lock:\n"
        "                self._files += 1\n                self._bytes += self._sizes[key] or 0\n"
        "            return move(key)",
        f"{T}/test_progress.py -k only_files_that_were_moved",
    ),
    mutation(
        "no_progress",
        PROGRESS,
        "            logger.info(line(time.monotonic() - began))",
        "            line(time.monotonic() - began)",
        f"{T}/test_progress.py -k repeated",
    ),
    # 1 from the addon to another protocol
    mutation(
        "staged_under_another_name",
        SOURCE,
        "staged = staging / local_file.name",
        'staged = staging / f"x{local_file.name}"',
        f"{T}/test_sources.py",
    ),
    mutation(
        "pull_fails_silently",
        SOURCE,
        'self._calls.report(f"[{self._label}] {key} failed: {reason}")\n                result = 1',
        'self._calls.report(f"[{self._label}] {key} failed: {reason}")\n                result = 0',
        f"{T}/test_faults_of_sources.py",
    ),
    mutation(
        "changed_file_deleted",
        SOURCE,
        "if then and then != {**then, **self._metadata(folder, file)}:",
        "if False:",
        f"{T}/test_post_copy_actions.py",
    ),
    mutation(
        "files_deleted_that_could_not_be_listed_again",
        SOURCE,
        'Cannot list the files again: {reason}")\n            return 1',
        'Cannot list the files again: {reason}")\n            changed = set()',
        f"{T}/test_post_copy_actions.py",
    ),
    mutation(
        "reason_not_told_again",
        CALLS,
        "if self._stop.is_set() and self.reason:",
        "if False:",
        f"{T}/test_tidy.py",
    ),
    mutation(
        "reason_of_an_earlier_look_told",
        SOURCE,
        'self._calls.reason = ""',
        "pass",
        f"{T}/test_file_watches.py -k missing_at_first",
    ),
    # 2 from another protocol to the addon
    mutation(
        "path_taken_for_a_name",
        DESTINATION,
        "names = {key: Path(key).name for key in keys}",
        'names = {key: key.replace("/", "_") for key in keys}',
        f"{T}/test_deliveries.py",
    ),
    mutation(
        "rename_ignored",
        DESTINATION,
        'self._spec.get("rename")',
        "None",
        f"{T}/test_deliveries.py",
    ),
    mutation(
        "folder_never_made",
        DESTINATION,
        "if is_wanted and self._features.has_folders:",
        "if False:",
        f"{T}/test_deliveries.py",
    ),
    mutation(
        "names_that_clash_after_a_rename",
        TARGETS,
        "if len(alike) > 1:",
        "if False:",
        f"{T}/test_deliveries.py",
    ),
    mutation(
        "names_that_the_service_treats_as_one",
        TARGETS,
        "same[features.stored(basename(path))]",
        "same[basename(path)]",
        f"{T}/test_placing.py -k as_one",
    ),
    mutation(
        "normal_forms_ignored",
        FEATURES,
        "if self.normal_form:",
        "if False:",
        f"{T}/test_placing.py -k heeded",
    ),
    mutation(
        "ignored_endings_kept_apart",
        FEATURES,
        ".rstrip(self.ignored_endings)",
        "",
        f"{T}/test_placing.py -k heeded",
    ),
    mutation(
        "refused_name_sent",
        TARGETS,
        "if features.refuses(basename(path)):",
        "if False:",
        f"{T}/test_placing.py -k refused_name",
    ),
    mutation(
        "folder_made_where_there_are_none",
        DESTINATION,
        "if is_wanted and self._features.has_folders:",
        "if is_wanted:",
        f"{T}/test_placing.py -k no_folder",
    ),
    mutation(
        "temporary_name_cannot_be_chosen",
        FEATURES,
        '    "temporaryName": "temporary_name",\n',
        "",
        f"{T}/test_placing.py -k temporary_name",
    ),
    mutation(
        "never_in_place",
        FEATURES,
        "return not self.uploads_are_atomic and not self.writes_in_place",
        "return not self.uploads_are_atomic",
        f"{T}/test_placing.py -k place",
    ),
    mutation(
        "half_a_file_left_in_place",
        PLACING,
        "                self._discard(target)\n",
        "                pass\n",
        f"{T}/test_placing.py -k not_whole",
    ),
    mutation(
        "old_file_not_deleted_first",
        MOVING,
        "if not features.replaces_on_rename:",
        "if False:",
        f"{T}/test_placing.py -k deleted_first",
    ),
    mutation(
        "refused_temporary_name_not_told",
        PLACING,
        "            if not self._calls.is_refusal(error):\n                raise\n            raise",
        "            raise\n            raise",
        f"{T}/test_placing.py -k refused_temporary",
    ),
    # 3 to 8 combinations of ends
    mutation(
        "direct_although_files_were_staged",
        SOURCE_HANDLER,
        " and not self._source.has_staged",
        "",
        f"{T}/test_destinations.py",
    ),
    mutation(
        "direct_without_being_asked",
        SOURCE_HANDLER,
        'self.spec["protocol"].get("directTransfer", False)',
        "True",
        f"{T}/test_destinations.py",
    ),
    mutation(
        "direct_copy_does_nothing",
        DESTINATION,
        "            client.copy(key, path)\n",
        "            pass\n",
        f"{T}/test_destinations.py",
    ),
    mutation(
        "pull_files_takes_one_argument",
        DESTINATION_HANDLER,
        "files: Iterable[str], source_spec: dict[str, Any] | None = None",
        "files: Iterable[str]",
        f"{T}/test_signatures.py",
    ),
    mutation(
        "nothing_is_pulled_for_a_second_destination",
        SOURCE,
        "return key in self._staged and self._staged[key].is_file()",
        "return True",
        f"{T}/test_sources.py",
    ),
    # 9 to 12 encryption
    mutation(
        "list_of_encrypted_files_ignored",
        f"{C}/transfers/staging.py",
        "if file_list is not None:",
        "if False:",
        f"{T}/test_destination_encryption.py",
    ),
    # 13 post-copy actions
    mutation(
        "rename_applied_to_the_folder",
        SOURCE,
        "{key: basename(key) for key in keys}",
        "{key: key for key in keys}",
        f"{T}/test_post_copy_actions.py",
    ),
    mutation(
        "action_fails_silently",
        SOURCE,
        'except FileNotFoundError:\n            self._logger.warning(f"[{self._label}] {key} was gone',
        'except Exception:\n            self._logger.warning(f"[{self._label}] {key} was gone',
        f"{T}/test_faults_of_sources.py",
    ),
    mutation(
        "file_moved_without_a_slash",
        f"{C}/transfers/names.py",
        "return f\"{folder.rstrip('/')}/{name}\" if folder else name",
        'return folder + "/" + name if folder.endswith("x") else folder + name',
        f"{T}/test_post_copy_actions.py",
    ),
    # 14 flags
    mutation(
        "flag_not_created",
        DESTINATION_HANDLER,
        'return self._destination.create_flag_file(self.spec["flags"]["fullPath"])',
        "return 0",
        f"{T}/test_flags.py",
    ),
    # 15 file watches
    mutation(
        "directory_argument_ignored",
        SOURCE,
        'directory if directory is not None else str(self._spec["directory"])',
        'str(self._spec["directory"])',
        f"{T}/test_file_watches.py",
    ),
    mutation(
        "pattern_argument_ignored",
        SOURCE,
        'file_pattern if file_pattern is not None else self._spec.get("fileRegex")',
        'self._spec.get("fileRegex")',
        f"{T}/test_file_watches.py",
    ),
    # 16 conditionals
    mutation(
        "age_instead_of_a_time",
        SOURCE,
        'metadata["modified_time"] = file.modified_time',
        'metadata["modified_time"] = __import__("time").time() - file.modified_time',
        f"{T}/test_conditionals.py",
    ),
    mutation(
        "key_named_as_the_guide_has_it",
        SOURCE,
        'metadata["modified_time"] = file.modified_time',
        'metadata["age"] = file.modified_time',
        f"{T}/test_conditionals.py",
    ),
    mutation(
        "size_in_kilobytes",
        SOURCE,
        '{"size": file.size}',
        '{"size": file.size // 1024}',
        f"{T}/test_conditionals.py",
    ),
    # 17 no files
    mutation(
        "missing_folder_is_an_error",
        SOURCE,
        'except FileNotFoundError:\n            missing = f"[{self._label}] {folder} does',
        'except FileExistsError:\n            missing = f"[{self._label}] {folder} does',
        f"{T}/test_missing_files.py",
    ),
    mutation(
        "listing_error_taken_for_no_files",
        SOURCE,
        'raise RemoteTransferError(f"[{self._label}] Cannot list {folder}: {reason}") from None',
        "return {}",
        f"{T}/test_faults_of_sources.py",
    ),
    # 18 names
    mutation(
        "pattern_searched_anywhere",
        LISTING,
        "re.match(pattern, file.name)",
        "re.search(pattern, file.name)",
        f"{T}/test_source_names.py {T}/test_sources.py",
    ),
    mutation(
        "dotfiles_dropped",
        f"{C}/transfers/staging.py",
        "if entry.is_file()",
        'if entry.is_file() and not entry.name.startswith(".")',
        f"{T}/test_destination_names.py",
    ),
    mutation(
        "equal_names_replace_each_other",
        SOURCE,
        "        if names:\n",
        "        if False:\n",
        f"{T}/test_sources.py",
    ),
    # 19 faults of the service
    mutation(
        "no_retries",
        CALLS,
        "return is_transient(error) if client is None else client.is_transient(error)",
        "return False",
        f"{T}/test_faults_of_sources.py",
    ),
    mutation(
        "retries_of_final_errors",
        CALLS,
        "return is_transient(error) if client is None else client.is_transient(error)",
        "return True",
        f"{T}/test_faults_of_sources.py",
    ),
    mutation(
        "retry_after_ignored",
        CALLS,
        "return max(_asked_for(state), min(self._wait(state), self._seconds_left(state)))",
        "return min(self._wait(state), self._seconds_left(state))",
        f"{T}/test_faults_of_sources.py",
    ),
    mutation(
        "first_error_ends_it",
        CALLS,
        "            except Exception as error:\n                return error",
        "            except ZeroDivisionError as error:\n                return error",
        f"{T}/test_faults_of_destinations.py {T}/test_faults_of_sources.py",
    ),
    mutation(
        "delivery_fails_silently",
        DESTINATION,
        'self._calls.report(f"[{self._label}] {paths[key]} failed: {reason}")\n                result = 1',
        'self._calls.report(f"[{self._label}] {paths[key]} failed: {reason}")\n                result = 0',
        f"{T}/test_faults_of_destinations.py",
    ),
    mutation(
        "half_a_file_can_be_seen",
        PLACING,
        "if not self._features.has_temporary_names:",
        "if True:",
        f"{T}/test_faults_of_destinations.py",
    ),
    mutation(
        "partial_file_left",
        PLACING,
        "            self._discard(temporary)\n",
        "            pass\n",
        f"{T}/test_faults_of_destinations.py",
    ),
    mutation(
        "truncated_upload_accepted",
        VERIFICATION,
        "if None not in (stored, sent) and stored != sent:",
        "if False:",
        f"{T}/test_faults_of_destinations.py",
    ),
    mutation(
        "size_not_asked_for",
        VERIFICATION,
        "if stored is None and features.reports_sizes:",
        "if False:",
        f"{T}/test_verification.py",
    ),
    mutation(
        "truncated_upload_not_repeated",
        VERIFICATION,
        "class WrongSizeError(TransientError):",
        "class WrongSizeError(Exception):",
        f"{T}/test_verification.py -k sent_again",
    ),
    mutation(
        "truncated_copy_accepted",
        DESTINATION,
        "return verified(client, path, size, None, self._features)",
        "return None",
        f"{T}/test_faults_of_direct_transfers.py",
    ),
    mutation(
        "service_asked_that_takes_files_away",
        FEATURES,
        '    "supportsStatAfterUpload": "reports_sizes",\n',
        "",
        f"{T}/test_verification.py -k takes_files_away",
    ),
    mutation(
        "temporary_file_listed",
        LISTING,
        "features.is_temporary(file.name) or ",
        "",
        f"{T}/test_sources.py -k temporary",
    ),
    mutation(
        "name_forges_a_line_of_the_log",
        LISTING,
        "if CONTROL.search(file.name):",
        "if False:",
        f"{T}/test_source_checks.py -k forges",
    ),
    mutation(
        "renamed_to_control_characters",
        TARGETS,
        "if CONTROL.search(basename(path)):",
        "if False:",
        f"{T}/test_destination_checks.py",
    ),
    mutation(
        "name_that_is_not_utf_8_taken",
        LISTING,
        "if not _is_text(file.name):",
        "if False:",
        f"{T}/test_source_checks.py -k utf_8",
    ),
    mutation(
        "groups_not_checked",
        CHECKS,
        're.sub(pattern, sub, "")',
        "pass",
        f"{T}/test_destination_checks.py",
    ),
    mutation(
        "destination_not_checked",
        DESTINATION_HANDLER,
        "check_destination(self.spec)",
        "pass",
        f"{T}/test_destination_checks.py",
    ),
    mutation(
        "source_not_checked",
        SOURCE_HANDLER,
        "check_source(self.spec)",
        "pass",
        f"{T}/test_source_checks.py",
    ),
    mutation(
        "folder_of_the_action_not_made",
        SOURCE,
        "                self._make_folder(parent(paths[key]))\n",
        "                raise\n",
        f"{T}/test_post_copy_actions.py -k makes",
    ),
    mutation(
        "hidden_file_not_named",
        SOURCE,
        'if basename(key).startswith("."):',
        "if False:",
        f"{T}/test_source_checks.py -k leave_out",
    ),
    mutation(
        "leftovers_kept",
        LEFTOVERS,
        "                client.delete(join(folder, file.name))\n",
        "",
        f"{T}/test_leftovers.py",
    ),
    mutation(
        "recent_temporary_file_removed",
        LEFTOVERS,
        "if is_old and features",
        "if features",
        f"{T}/test_leftovers.py",
    ),
    mutation(
        "file_of_others_removed",
        LEFTOVERS,
        "if is_old and features.is_temporary(file.name):",
        "if is_old:",
        f"{T}/test_leftovers.py",
    ),
    mutation(
        "truncated_download_accepted",
        SOURCE,
        "if size is not None and received != size:",
        "if False:",
        f"{T}/test_faults_of_sources.py",
    ),
    # 20 tidy
    mutation(
        "tidy_closes_twice",
        CALLS,
        "client, self._client = self._client, None",
        "client = self._client",
        f"{T}/test_tidy.py",
    ),
    mutation(
        "tidy_raises",
        CALLS,
        '                self.logger.warning(f"Closing the connection failed',
        '                raise\n                self.logger.warning(f"Closing the connection failed',
        f"{T}/test_tidy.py",
    ),
    # 21 schemas
    mutation(
        "schema_without_a_dialect",
        f"{S}/transfer/myservice_source/fileWatch.json",
        '"$schema": "https://json-schema.org/draft/2020-12/schema",',
        "",
        "tests/otf_kit/conformance/test_schemas.py",
    ),
    mutation(
        "schema_names_another_class",
        f"{S}/transfer/myservice_source/protocol.json",
        "MyServiceTransfer",
        "OtherTransfer",
        f"{T}/test_sources.py",
    ),
    mutation(
        "schema_refuses_a_key_that_is_read",
        f"{S}/transfer/myservice_destination.json",
        '"createDirectoryIfNotExists"',
        '"createFolder"',
        f"{T}/test_schemas_and_code.py",
    ),
    mutation(
        "schema_offers_a_key_that_nobody_reads",
        f"{S}/transfer/myservice_source.json",
        '"hostname": {',
        '"colour": {"type": "string"}, "hostname": {',
        f"{T}/test_schemas_and_code.py",
    ),
    mutation(
        "schema_requires_nothing",
        f"{S}/transfer/myservice_source.json",
        '"required": [',
        '"examples": [',
        "tests/otf_kit/conformance/test_schemas.py",
    ),
    mutation(
        "schema_with_another_id",
        f"{S}/transfer/myservice_source.json",
        "http://localhost/transfer/myservice_source.json",
        "http://localhost/myservice_source.json",
        "tests/otf_kit/conformance/test_schemas.py",
    ),
    # 22 batches
    mutation(
        "task_of_a_batch_not_checked",
        f"{C}/definition.py",
        "    if error:\n",
        "    if False:\n",
        f"{T}/test_batches.py",
    ),
    # 23 executions
    mutation(
        "exit_code_ignored",
        f"{C}/executions/runner.py",
        "return code == 0",
        "return True",
        f"{E}/test_commands.py",
    ),
    mutation(
        "output_not_logged",
        f"{C}/executions/runner.py",
        'return lambda line: self._logger.info(f"[{label}] {visible(redact(line, secrets))}")',
        "return lambda line: None",
        f"{E}/test_commands.py",
    ),
    mutation(
        "kill_does_nothing",
        f"{C}/executions/runner.py",
        'self._never_raise("Killing the command failed", self._client.kill)',
        "pass",
        f"{E}/test_kill.py",
    ),
    mutation(
        "kill_spares_what_ignores_sigterm",
        f"{C}/executions/supervision.py",
        "kill -KILL $otf_seen 2>/dev/null",
        ":",
        f"{E}/test_launchers.py",
    ),
    mutation(
        "output_lost_when_the_log_is_slow",
        COMMAND,
        "and self._arrived.is_set() and",
        "and",
        f"{E}/test_launchers.py",
    ),
    mutation(
        "one_host_of_several",
        f"{C}/executions/runner.py",
        'list(spec.get("hosts") or [spec.get("hostname", "")])',
        'list(spec.get("hosts") or [spec.get("hostname", "")])[:1]',
        f"{E}/test_commands.py",
    ),
    mutation(
        "directory_becomes_code",
        LAUNCHERS,
        'quoted = match[2] or (shell_text and match[1] != "command")',
        "quoted = match[2]",
        f"{E}/test_launchers.py",
    ),
    # 24 global protocol variables
    mutation(
        "global_variables_have_precedence",
        HANDLER,
        '{**copy.deepcopy(dict(variables)), **self.spec["protocol"]}',
        '{**self.spec["protocol"], **copy.deepcopy(dict(variables))}',
        f"{T}/test_global_variables.py",
    ),
    mutation(
        "global_variables_ignored",
        f"{C}/executions/handler.py",
        '{**copy.deepcopy(dict(variables)), **self.spec["protocol"]}',
        'self.spec["protocol"]',
        f"{E}/test_global_variables.py",
    ),
    # 25 and 26 the command line
    mutation(
        "value_of_another_type_accepted",
        f"{S}/transfer/myservice_destination.json",
        '"type": "boolean"',
        '"type": ["boolean", "string"]',
        "tests/otf_kit/conformance/test_schemas.py",
    ),
    mutation(
        "log_written_under_otf_no_log",
        HANDLER,
        "        super().__init__(spec)\n",
        '        __import__("opentaskpy.otflogging").otflogging.set_log_file("fsspec")\n'
        "        super().__init__(spec)\n",
        f"{T}/test_command_line.py",
    ),
    # 27 cacheable variables
    mutation(
        "changed_credential_not_cached",
        HANDLER,
        "        self._cacheable_variables.write_changed()",
        "        pass",
        f"{T}/test_cacheable_variables.py",
    ),
    mutation(
        "cache_written_every_time",
        f"{C}/transfers/cacheable_variables.py",
        "if value is None or value == self._written.get(name):",
        "if value is None:",
        f"{T}/test_cacheable_variables.py",
    ),
    mutation(
        "old_credential_cached",
        HANDLER,
        "        credentials[name] = value\n        self.handle_cacheable_variables()",
        "        self.handle_cacheable_variables()\n        credentials[name] = value",
        f"{T}/test_cacheable_variables.py",
    ),
    # 28 the lookup plugin
    mutation(
        "value_not_escaped",
        "src/opentaskpy/plugins/lookup/myservice/myservice.py",
        "return json.dumps(value)[1:-1]",
        "return value",
        "tests/plugins",
    ),
    mutation(
        "value_stripped_of_blanks",
        "src/opentaskpy/plugins/lookup/myservice/myservice.py",
        "return json.dumps(value)[1:-1]",
        "return json.dumps(value.strip())[1:-1]",
        "tests/plugins",
    ),
    mutation(
        "value_printed",
        "src/opentaskpy/plugins/lookup/myservice/myservice.py",
        "    return json.dumps(value)[1:-1]",
        "    print(value)\n    return json.dumps(value)[1:-1]",
        "tests/plugins",
    ),
    mutation(
        "value_turned_into_a_text",
        "src/opentaskpy/plugins/lookup/myservice/myservice.py",
        "if not isinstance(value, str):",
        "value = str(value)\n    if False:",
        "tests/plugins",
    ),
    mutation(
        "cached_value_printed",
        "src/opentaskpy/variablecaching/myservice/myservice.py",
        "    with _writing:",
        "    print(kwargs)\n    with _writing:",
        "tests/plugins",
    ),
    mutation(
        "cached_value_readable_by_all",
        "src/opentaskpy/variablecaching/myservice/myservice.py",
        "Path(partial).replace(path)",
        "Path(partial).chmod(0o644)\n        Path(partial).replace(path)",
        "tests/plugins",
    ),
    # 29 what else a transfer promises
    mutation(
        "copied_inside_another_service",
        DESTINATION,
        "if source.identity == self._calls.identity:",
        "if True:",
        f"{T}/test_direct_transfers.py",
    ),
    mutation(
        "copied_onto_itself",
        DESTINATION,
        "self._calls.retry(copy) if path != key else None",
        "self._calls.retry(copy)",
        f"{T}/test_direct_transfers.py",
    ),
    mutation(
        "truncated_relay_accepted",
        DESTINATION,
        "if size is not None and received != size:",
        "if False:",
        f"{T}/test_faults_of_direct_transfers.py",
    ),
    mutation(
        "pulled_from_another_protocol",
        DESTINATION_HANDLER,
        'if source_spec is None or source_spec["protocol"]["name"] != own_name:',
        "if source_spec is None:",
        f"{T}/test_deliveries.py",
    ),
    mutation(
        "no_files_delivered_is_a_success",
        DESTINATION,
        "        if not keys:\n",
        "        if False:\n",
        f"{T}/test_deliveries.py {T}/test_faults_of_destinations.py {T}/test_signatures.py",
    ),
    mutation(
        "flag_fails_silently",
        DESTINATION,
        'return 1\n        self._logger.info(f"[{self._label}] Created',
        'return 0\n        self._logger.info(f"[{self._label}] Created',
        f"{T}/test_flags.py",
    ),
    mutation(
        "work_goes_on_after_tidy",
        CALLS,
        "        if self._stop.is_set():\n",
        "        if False:\n",
        f"{T}/test_tidy.py",
    ),
    mutation(
        "workers_ignored",
        CALLS,
        "workers = min(self._workers, len(items))",
        "workers = len(items)",
        f"{T}/test_faults_of_sources.py",
    ),
    mutation(
        "one_file_at_a_time",
        CALLS,
        "if self._client_class.thread_safe else 1",
        "if False else 1",
        f"{T}/test_faults_of_sources.py",
    ),
    mutation(
        "threads_where_the_client_forbids_them",
        CALLS,
        "if self._client_class.thread_safe else 1",
        "if True else 1",
        f"{T}/test_faults_of_sources.py {T}/test_faults_of_destinations.py",
    ),
    # 30 signatures, and what a class shares
    mutation(
        "bool_instead_of_int",
        SOURCE_HANDLER,
        "return self._source.post_copy(files)",
        "return bool(self._source.post_copy(files))",
        f"{T}/test_signatures.py",
    ),
    mutation(
        "state_shared_by_all_tasks",
        HANDLER,
        '    TASK_TYPE = "T"\n',
        '    TASK_TYPE = "T"\n    seen: list[str] = []\n',
        f"{T}/test_signatures.py",
    ),
    # secrets
    mutation(
        "secret_in_an_error",
        f"{C}/redaction.py",
        "text = text.replace(form, REDACTED)",
        "pass",
        f"{T}/test_secrets.py",
    ),
    mutation(
        "secret_in_base64",
        f"{C}/redaction.py",
        'found |= {base64, base64.rstrip("=")}',
        "pass",
        f"{K}/test_redaction.py",
    ),
    mutation(
        "secret_percent_encoded",
        f"{C}/redaction.py",
        "found |= {percent, ",
        "found &= {percent, ",
        f"{K}/test_redaction.py",
    ),
    # The kit
    mutation(
        "kit_edited",
        CALLS,
        "LONGEST_WAIT = 30",
        "LONGEST_WAIT = 31",
        f"{K}/test_kit.py -k unchanged",
    ),
    mutation(
        "roles_unlike_the_bases",
        f"{R}/myservice.py",
        "(SourceHandler, DestinationHandler)",
        "(SourceHandler)",
        f"{K}/test_checklist.py",
    ),
    # The check command
    mutation(
        "probe_is_left",
        f"{C}/check.py",
        "            _remove(calls, path, say)",
        "            pass",
        f"{T}/test_check_command.py -k probe",
    ),
    mutation(
        "failed_check_exits_with_0",
        f"{C}/check.py",
        "return PASSED if all(passed) else FAILED",
        "return PASSED",
        f"{T}/test_check_command.py",
    ),
    # Requests to a REST service
    rest(
        "credentials_for_another_host",
        "session.py",
        "                auth = Stranger()\n",
        "",
        "test_requests.py -k other_host",
    ),
    rest(
        "headers_for_another_host",
        "session.py",
        " if name.lower().startswith(PUBLIC)",
        "",
        "test_requests.py -k another_host or other_host or for_the_service_alone",
    ),
    rest(
        "cookies_for_another_host",
        "session.py",
        "self._bare if isinstance(auth, Stranger) else self._session",
        "self._session",
        "test_responses.py -k cookie",
    ),
    rest(
        "answer_that_was_cut_is_whole",
        "responses.py",
        "if self.deadline.is_over:  # an answer",
        "if not self.deadline:  # an answer",
        "test_responses.py -k drips",
    ),
    rest(
        "endless_answer",
        "responses.py",
        "if size > most:",
        "if size > 400 * most:",
        "test_responses.py -k without_an_end",
    ),
    rest(
        "page_of_a_login",
        "responses.py",
        "if is_page and self.history",
        "if not is_page and self.history",
        "test_responses.py -k login",
    ),
    rest(
        "more_than_was_listed",
        "responses.py",
        'raise HttpError(f"{self.asked}: more than the {size} bytes of the listing")',
        "break",
        "test_responses.py -k size_of_the_listing",
    ),
    rest(
        "body_sent_from_its_middle",
        "session.py",
        "        starts.rewind()\n",
        "",
        "test_responses.py -k part_of_a_file",
    ),
    rest(
        "listing_in_circles",
        "session.py",
        "if str(found) in asked or len(asked)",
        "if len(asked)",
        "test_paging.py -k circles",
    ),
    rest(
        "page_of_another_service",
        "session.py",
        'if not url.startswith(f"{self._base}/"):',
        "if not url:",
        "test_paging.py -k another_service",
    ),
    rest(
        "error_without_the_words_of_the_service",
        "errors.py",
        "text = _message(json.loads(text))",
        "json.loads(text)",
        "test_responses.py -k message_of_the_service",
    ),
]
