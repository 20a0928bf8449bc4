"""All rules: each with the things that it is about, and where it comes from."""

from . import engine, handlers, keys, packaging, plugins, schemas, signatures, tasks
from .addon import Addon
from .model import Result, Rule

GUIDE = "guide"

RULES = [
    # --- Packaging ---
    Rule("namespace", packaging.namespace, packaging.itself, "OTF"),
    Rule("package-init", packaging.init_of_packages, packaging.with_handlers, "OTF"),
    Rule("packages-found", packaging.packages_found, packaging.built, "OTF"),
    Rule("include-package-data", packaging.package_data_included, packaging.built, GUIDE),
    Rule("data-packaged", packaging.data_packaged, packaging.built, "OTF"),
    Rule("dependencies", packaging.dependencies, packaging.itself, "practice"),
    Rule("types-seen", packaging.types_seen, packaging.uses_mypy, "practice"),
    Rule("schemas-tested", packaging.tested_schemas, packaging.with_handlers, GUIDE),
    # --- Schemas ---
    Rule("schema-json", schemas.is_json, schemas.files, "OTF"),
    Rule("schema-dialect", schemas.dialect, schemas.files, "OTF"),
    Rule("schema-id", schemas.identity, schemas.files, GUIDE),
    Rule("schema-one-id", schemas.one_identity, schemas.files, "OTF"),
    Rule("schema-default", schemas.no_defaults, schemas.files, "OTF"),
    Rule("schema-keyword", schemas.keywords_in_place, schemas.files, "practice"),
    Rule("schema-valid", schemas.is_valid, schemas.files, "practice"),
    Rule("schema-reference", schemas.references, schemas.files, "OTF"),
    Rule("schema-closed", schemas.closed, schemas.files, "OTF"),
    Rule("schema-used", schemas.used, schemas.files, "practice"),
    Rule("schema-present", schemas.present, schemas.all_handlers, GUIDE),
    Rule("schema-of-module", schemas.of_a_module, schemas.tops, "OTF"),
    Rule("schema-class", schemas.names_classes, schemas.roles, "OTF"),
    Rule("schema-protocol", schemas.protocol_required, schemas.roles, "OTF"),
    Rule("schema-directory", schemas.requires_directory, schemas.of_kind("source"), "OTF"),
    Rule("schema-otf-keys", schemas.keys_of_otf, schemas.roles, "OTF"),
    Rule(
        "schema-encryption",
        schemas.encryption_keys,
        schemas.of_kind("source", "destination"),
        "OTF",
    ),
    Rule("schema-cacheable", schemas.cacheable_items, schemas.roles, "OTF"),
    Rule("key-refused", keys.refused, packaging.with_handlers, "practice"),
    Rule("key-unread", keys.unread, packaging.with_handlers, "practice"),
    # --- Signatures ---
    Rule("abstract-methods", signatures.abstract_methods, signatures.handlers, GUIDE),
    Rule("arguments", signatures.arguments, signatures.handlers, "OTF"),
    Rule("return-codes", signatures.return_codes, signatures.handlers, "OTF"),
    Rule(
        "methods-of-execution",
        signatures.methods_of_executions,
        signatures.executions,
        "OTF",
    ),
    Rule("methods-of-keys", signatures.methods_of_keys, schemas.roles, "OTF"),
    # --- Handlers ---
    Rule("compiles", handlers.compiles, handlers.modules, "OTF"),
    Rule("inheritance", handlers.inheritance, handlers.every, GUIDE),
    Rule("logger", handlers.logger, signatures.handlers, GUIDE),
    Rule("task-type", handlers.task_type, signatures.handlers, GUIDE),
    Rule("library-logs", handlers.library_logs, handlers.modules, "OTF"),
    Rule("log-messages", handlers.log_messages, handlers.modules, "OTF"),
    Rule("log-secrets", handlers.log_secrets, handlers.modules, "OTF"),
    Rule("class-state", handlers.class_state, signatures.handlers, "OTF"),
    Rule("process-state", handlers.process_state, handlers.modules, "OTF"),
    Rule("tidy-twice", handlers.tidy_twice, signatures.handlers, "OTF"),
    Rule("temporary-files", handlers.temporary_files, handlers.modules, GUIDE),
    Rule("attributes", handlers.attributes, signatures.handlers, "practice"),
    Rule("direct-transfers", handlers.direct_transfers, signatures.transfers, "OTF"),
    Rule("modified-time", handlers.modified_times, signatures.transfers, "OTF"),
    Rule("listing-errors", handlers.listing_errors, signatures.transfers, "practice"),
    Rule("failures-kept", handlers.failures_kept, signatures.transfers, "practice"),
    Rule("sent-again", handlers.sent_again, handlers.modules_of_handlers, "practice"),
    Rule("staged-files", handlers.staged_files, signatures.transfers, "OTF"),
    Rule("timeouts", handlers.timeouts, handlers.with_addon, "OTF"),
    Rule("cacheable-written", handlers.cacheable_written, schemas.roles, "OTF"),
    # --- Plugins ---
    Rule("plugin-place", plugins.places, plugins.anything, "OTF"),
    Rule("plugin-run", plugins.runs, plugins.plugins, "OTF"),
    Rule("plugin-imports", plugins.late_imports, plugins.lookups, "OTF"),
    Rule("plugin-escape", plugins.escapes, plugins.lookups, "OTF"),
    Rule("plugin-silent", plugins.silent, plugins.plugins, "practice"),
    Rule("plugin-globals", plugins.no_globals, plugins.cachings, "OTF"),
    # --- Tasks ---
    Rule("task-json", tasks.readable, tasks.definitions, "OTF"),
    Rule("task-protocol", tasks.protocols, tasks.definitions, "OTF"),
    Rule("task-accepted", tasks.accepted, tasks.definitions, "OTF"),
    Rule("task-members", tasks.members, tasks.batches, "OTF"),
    # --- The real OTF ---
    Rule("engine-loads", engine.loads, engine.handlers, "OTF"),
    Rule("engine-schemas", engine.finds_schemas, engine.handlers, "OTF"),
]


def judge(addon: Addon) -> list[Result]:
    """Judge an addon by all rules."""
    return [rule.judge(addon) for rule in RULES]
