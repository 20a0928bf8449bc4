"""All rules: each with the things that it is about, and where it comes from."""

from . import engine, handlers, keys, packaging, plugins, schemas, signatures, tasks
from .addon import Addon
from .model import Result, Rule

GUIDE = "guide, checklist"

RULES = [
    # --- Packaging ---
    Rule("namespace", packaging.namespace, packaging.itself, "contract 3"),
    Rule("package-init", packaging.init_of_packages, packaging.with_handlers, "contract 2.14"),
    Rule("packages-found", packaging.packages_found, packaging.built, "contract 3"),
    Rule("include-package-data", packaging.package_data_included, packaging.built, GUIDE),
    Rule("data-packaged", packaging.data_packaged, packaging.built, "contract 3"),
    Rule("dependencies", packaging.dependencies, packaging.itself, "field notes, tooling"),
    Rule("types-seen", packaging.types_seen, packaging.uses_mypy, "field notes, tooling"),
    Rule("schemas-tested", packaging.tested_schemas, packaging.with_handlers, GUIDE),
    # --- Schemas ---
    Rule("schema-json", schemas.is_json, schemas.files, "contract 2.2"),
    Rule("schema-dialect", schemas.dialect, schemas.files, "contract 2.3"),
    Rule("schema-id", schemas.identity, schemas.files, GUIDE),
    Rule("schema-one-id", schemas.one_identity, schemas.files, "contract 2.5"),
    Rule("schema-default", schemas.no_defaults, schemas.files, "contract 2.4"),
    Rule("schema-keyword", schemas.keywords_in_place, schemas.files, "field notes, schemas"),
    Rule("schema-valid", schemas.is_valid, schemas.files, "field notes, schemas"),
    Rule("schema-reference", schemas.references, schemas.files, "contract 2.5, 2.6"),
    Rule("schema-closed", schemas.closed, schemas.files, "contract 6"),
    Rule("schema-used", schemas.used, schemas.files, "field notes, schemas"),
    Rule("schema-present", schemas.present, schemas.all_handlers, GUIDE),
    Rule("schema-of-module", schemas.of_a_module, schemas.tops, "contract 2.1"),
    Rule("schema-class", schemas.names_classes, schemas.roles, "contract 2.9"),
    Rule("schema-protocol", schemas.protocol_required, schemas.roles, "contract 2.1"),
    Rule(
        "schema-directory", schemas.requires_directory, schemas.of_kind("source"), "contract 4.12"
    ),
    Rule("schema-otf-keys", schemas.keys_of_otf, schemas.roles, "contract 2.12, 6"),
    Rule(
        "schema-encryption",
        schemas.encryption_keys,
        schemas.of_kind("source", "destination"),
        "contract 2.7",
    ),
    Rule("schema-cacheable", schemas.cacheable_items, schemas.roles, "contract 2.6"),
    Rule("key-refused", keys.refused, packaging.with_handlers, "field notes, schemas"),
    Rule("key-unread", keys.unread, packaging.with_handlers, "field notes, schemas"),
    # --- Signatures ---
    Rule("abstract-methods", signatures.abstract_methods, signatures.handlers, GUIDE),
    Rule("arguments", signatures.arguments, signatures.handlers, "contract 4.7"),
    Rule("return-codes", signatures.return_codes, signatures.handlers, "contract 4.16"),
    Rule(
        "methods-of-execution",
        signatures.methods_of_executions,
        signatures.executions,
        "contract 4.8",
    ),
    Rule("methods-of-keys", signatures.methods_of_keys, schemas.roles, "contract 4.9"),
    # --- Handlers ---
    Rule("compiles", handlers.compiles, handlers.modules, "contract 2.2"),
    Rule("inheritance", handlers.inheritance, handlers.every, GUIDE),
    Rule("logger", handlers.logger, signatures.handlers, GUIDE),
    Rule("task-type", handlers.task_type, signatures.handlers, GUIDE),
    Rule("library-logs", handlers.library_logs, handlers.modules, "contract 4.22"),
    Rule("log-messages", handlers.log_messages, handlers.modules, "contract 4, logging"),
    Rule("log-secrets", handlers.log_secrets, handlers.modules, "contract 4, logging"),
    Rule("class-state", handlers.class_state, signatures.handlers, "contract 4, concurrency"),
    Rule("process-state", handlers.process_state, handlers.modules, "contract 4, concurrency"),
    Rule("tidy-twice", handlers.tidy_twice, signatures.handlers, "contract 4.10"),
    Rule("temporary-files", handlers.temporary_files, handlers.modules, GUIDE),
    Rule("attributes", handlers.attributes, signatures.handlers, "field notes, crash or hang"),
    Rule("direct-transfers", handlers.direct_transfers, signatures.transfers, "contract 4.1"),
    Rule("modified-time", handlers.modified_times, signatures.transfers, "contract 4.3"),
    Rule("listing-errors", handlers.listing_errors, signatures.transfers, "field notes, silent"),
    Rule("failures-kept", handlers.failures_kept, signatures.transfers, "field notes, silent"),
    Rule("sent-again", handlers.sent_again, handlers.modules_of_handlers, "field notes, silent"),
    Rule("staged-files", handlers.staged_files, signatures.transfers, "contract 4.25"),
    Rule("timeouts", handlers.timeouts, handlers.modules, "contract 1, kill"),
    Rule("cacheable-written", handlers.cacheable_written, schemas.roles, "contract 4.17"),
    # --- Plugins ---
    Rule("plugin-place", plugins.places, plugins.anything, "contract 4.28"),
    Rule("plugin-run", plugins.runs, plugins.plugins, "contract 5"),
    Rule("plugin-imports", plugins.late_imports, plugins.lookups, "contract 5"),
    Rule("plugin-escape", plugins.escapes, plugins.lookups, "contract 5"),
    Rule("plugin-silent", plugins.silent, plugins.plugins, "field notes, secrets"),
    Rule("plugin-globals", plugins.no_globals, plugins.cachings, "contract 5"),
    # --- Tasks ---
    Rule("task-json", tasks.readable, tasks.definitions, "contract 0"),
    Rule("task-protocol", tasks.protocols, tasks.definitions, "contract 2.2"),
    Rule("task-accepted", tasks.accepted, tasks.definitions, "contract 2.8"),
    Rule("task-members", tasks.members, tasks.batches, "contract 2.8"),
    # --- The real OTF ---
    Rule("engine-loads", engine.loads, engine.handlers, "contract 2.2"),
    Rule("engine-schemas", engine.finds_schemas, engine.handlers, "contract 3"),
]


def judge(addon: Addon) -> list[Result]:
    """Judge an addon by all rules."""
    return [rule.judge(addon) for rule in RULES]
