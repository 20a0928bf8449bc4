"""Which files an addon has, worked out from its answers alone."""

from typing import Any

# What an addon has if a piece was chosen. {source} and {destination} are folders of schemas.
FILES = {
    "always": """
        .gitignore .pre-commit-config.yaml CHANGELOG.md LICENSE MANIFEST.in README.md pyproject.toml
        {addon}/__init__.py
        {addon}/py.typed
        cfg/{module}/variables.json
        tests/conftest.py
        tests/support/command.py
        tests/conformance/checksums/always
        tests/conformance/test_namespace.py
        tests/conformance/test_standard.py
        tests/conformance/test_update.py
    """,
    "github": ".github/dependabot.yml .github/workflows/ci.yml",
    "github_release": ".github/workflows/release.yml",
    "gitlab": ".gitlab-ci.yml",
    "release": "scripts/check_release.py",
    # --- Handlers ---
    "handler": """
        tests/conformance/checksums/has_handler
        {addon}/common/__init__.py
        {addon}/common/connection.py
        {addon}/common/definition.py
        {addon}/common/logs.py
        {addon}/common/redaction.py
        {addon}/remotehandlers/__init__.py
        {addon}/remotehandlers/{module}.py
        cfg/{module}/batch-{module}.json
        tests/support/batches.py
        tests/support/command_line.py
        tests/support/engine.py
        tests/support/handlers.py
        tests/test_cfg_{module}.py
        tests/conformance/test_checklist.py
        tests/conformance/test_schemas.py
        tests/support/recording.py
        tests/support/schemas.py
        tests/conformance/test_live_mode.py
        tests/support/live.py
    """,
    # --- Transfers ---
    "transfer": """
        tests/conformance/checksums/has_transfer
        {addon}/common/cacheable.py
        {addon}/common/destination.py
        {addon}/common/names.py
        {addon}/common/service.py
        {addon}/common/source.py
        {addon}/common/staging.py
        {addon}/common/transfer.py
        {addon}/common/transfer_client.py
        {addon}/remotehandlers/{module}_client.py
        {transfers}/conftest.py
        {transfers}/test_batches.py
        {transfers}/test_cacheable_variables.py
        {transfers}/test_command_line.py
        {transfers}/test_global_variables.py
        {transfers}/test_secrets.py
        {transfers}/test_signatures.py
        {transfers}/test_tidy.py
        tests/services/{module}.py
        tests/support/definitions.py
        tests/support/faults.py
        tests/support/keys.py
        tests/support/names.py
        tests/support/routes.py
        tests/support/service.py
        tests/support/stand_in.py
        tests/support/other_addon/__init__.py
        tests/support/other_addon/folder.py
        tests/support/other_addon/schemas/transfer/folder_destination.json
        tests/support/other_addon/schemas/transfer/folder_source.json
        {transfers}/test_schemas_and_code.py
        {transfers}/test_client.py
        tests/support/client.py
    """,
    "fsspec": """
        {addon}/common/filesystem.py
        {addon}/common/filesystems.py
        {addon}/common/ftp.py
        {addon}/common/listings.py
        {addon}/common/object_stores.py
        {addon}/common/pool.py
        {addon}/common/s3.py
        {addon}/common/sftp.py
        {addon}/common/smb.py
        {addon}/common/webdav.py
    """,
    "object stores": """
        {addon}/common/ranges.py
        tests/support/object_stores.py
    """,
    "source": """
        tests/conformance/checksums/is_source
        {addon}/remotehandlers/schemas/transfer/{module}_source.json
        {source}/cacheableVariables.json
        {source}/conditionals.json
        {source}/encryption.json
        {source}/fileWatch.json
        {source}/postCopyAction.json
        {source}/protocol.json
        cfg/{module}/download-{module}.json
        cfg/{module}/watch-{module}.json
        demo/{module}/service/outbox/invoices.csv
        demo/{module}/service/outbox/orders.csv
        {transfers}/test_batches_with_file_watches.py
        {transfers}/test_conditionals.py
        {transfers}/test_faults_of_sources.py
        {transfers}/test_file_watches.py
        {transfers}/test_missing_files.py
        {transfers}/test_post_copy_actions.py
        {transfers}/test_source_encryption.py
        {transfers}/test_source_names.py
        {transfers}/test_sources.py
    """,
    "destination": """
        tests/conformance/checksums/is_destination
        {addon}/remotehandlers/schemas/transfer/{module}_destination.json
        {destination}/cacheableVariables.json
        {destination}/encryption.json
        {destination}/flags.json
        {destination}/protocol.json
        {destination}/rename.json
        cfg/{module}/publish-{module}.json
        cfg/{module}/upload-{module}.json
        demo/{module}/worker/outgoing/report.csv
        {transfers}/test_deliveries.py
        {transfers}/test_destination_encryption.py
        {transfers}/test_destination_names.py
        {transfers}/test_faults_of_destinations.py
        {transfers}/test_flags.py
    """,
    "both": """
        tests/conformance/checksums/is_both
        cfg/{module}/copy-{module}.json
        {transfers}/test_destinations.py
        {transfers}/test_direct_transfers.py
        {transfers}/test_faults_of_direct_transfers.py
    """,
    "http_transfer": "tests/rest/test_{module}_files.py tests/rest/{module}_api.py",
    "http_source": "{source}/credentials.json",
    "http_destination": "{destination}/credentials.json",
    # --- Executions ---
    "execution": """
        tests/conformance/checksums/has_execution
        {addon}/common/execution.py
        {addon}/common/execution_client.py
        {addon}/common/hosts.py
        {addon}/remotehandlers/{module}_execution_client.py
        {addon}/remotehandlers/schemas/execution/{module}/protocol.json
        {addon}/remotehandlers/schemas/execution/{module}/{module}.json
        cfg/{module}/run-{module}.json
        {executions}/conftest.py
        {executions}/test_commands.py
        tests/services/{module}_execution.py
        tests/support/stand_in_commands.py
        {executions}/test_command_line.py
        {executions}/test_global_variables.py
        {executions}/test_kill.py
        {executions}/test_schemas_and_code.py
        {executions}/test_secrets.py
        {executions}/test_signatures.py
        {executions}/test_tidy.py
        {executions}/test_unchecked_tasks.py
        {executions}/test_client.py
    """,
    "command": """
        {executions}/test_launchers.py
        tests/conformance/checksums/command
    """,
    "http_execution": """
        {addon}/common/http_retries.py
        tests/rest/test_{module}_jobs.py
        tests/rest/{module}_execution_api.py
        {addon}/remotehandlers/schemas/execution/{module}/credentials.json
    """,
    # --- HTTP, for either ---
    "http": """
        {addon}/common/http_auth.py
        {addon}/common/http_credentials.py
        {addon}/common/http_errors.py
        {addon}/common/http_session.py
        {addon}/common/http_tokens.py
        tests/rest/conftest.py
        tests/rest/test_authentication.py
        tests/rest/test_credentials.py
        tests/rest/test_requests.py
        tests/rest/test_tokens.py
        tests/serve.py
        tests/support/loopback/__init__.py
        tests/support/loopback/access.py
        tests/support/loopback/files.py
        tests/support/loopback/jobs.py
        tests/support/loopback/request.py
        tests/support/loopback/server.py
    """,
    # --- Plugins ---
    "plugin": "demo/{module}/values.json",
    "lookup": """
        src/opentaskpy/plugins/lookup/{package}/{module}.py
        cfg/{module}/lookup-{module}.json
        tests/plugins/test_lookup_{module}.py
    """,
    "caching": """
        src/opentaskpy/variablecaching/{package}/{module}.py
        cfg/{module}/cache-{module}.json
        tests/plugins/test_caching_{module}.py
    """,
}


def chosen_pieces(answers: dict[str, Any]) -> set[str]:
    """Tell which pieces the answers choose."""
    transfer, client, execution = (
        answers[key] for key in ("transfer", "transfer_client", "execution")
    )
    source, destination = (transfer in ("both", role) for role in ("source", "destination"))
    is_public = answers["license"] != "Proprietary"
    has_transfer, has_execution = transfer != "none", execution != "none"
    chosen = {
        "always": True,
        "github": answers["ci"] == "github",
        "github_release": answers["ci"] == "github" and is_public,
        "gitlab": answers["ci"] == "gitlab",
        "release": answers["ci"] != "none" and is_public,
        "handler": has_transfer or has_execution,
        "transfer": has_transfer,
        "fsspec": has_transfer and client == "fsspec",
        "object stores": has_transfer and client in ("fsspec", "obstore"),
        "source": source,
        "destination": destination,
        "both": source and destination,
        "http_transfer": has_transfer and client == "http",
        "http_source": source and client == "http",
        "http_destination": destination and client == "http",
        "execution": has_execution,
        "command": execution == "command",
        "http_execution": execution == "http",
        "http": (has_transfer and client == "http") or execution == "http",
        "plugin": answers["lookup_plugin"] or answers["caching_plugin"],
        "lookup": answers["lookup_plugin"],
        "caching": answers["caching_plugin"],
    }
    assert chosen.keys() == FILES.keys()
    return {piece for piece, is_chosen in chosen.items() if is_chosen}


def expected_files(answers: dict[str, Any]) -> set[str]:
    """List the files that an addon must have; it must have no others."""
    package, module = answers["package_name"], answers["module_name"]
    addon = f"src/opentaskpy/addons/{package}"
    names = " ".join(FILES[piece] for piece in chosen_pieces(answers)).format(
        package=package,
        module=module,
        addon=addon,
        source=f"{addon}/remotehandlers/schemas/transfer/{module}_source",
        destination=f"{addon}/remotehandlers/schemas/transfer/{module}_destination",
        transfers="tests/conformance/transfers",
        executions="tests/conformance/executions",
    )
    return set(names.split())
