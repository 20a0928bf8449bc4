"""What the checker prints: a table for people, JSON for machines."""

import json
import textwrap
from typing import Any

from .addon import Addon
from .model import Result, Rule, Verdict


def text(addon: Addon, results: list[Result]) -> str:
    """Write the table: what is broken first, each place with what to do."""
    width = max(len(result.rule.id) for result in results)
    lines = [f"{addon.name} {addon.version} ({addon.kind})"]
    for verdict in Verdict:
        group = [result for result in results if result.verdict == verdict]
        if group:
            lines += ["", f"{verdict.upper()} ({len(group)})"]
        if verdict is Verdict.NOT_APPLICABLE:
            names = ", ".join(result.rule.id for result in group)
            lines += textwrap.wrap(names, 98, initial_indent="  ", subsequent_indent="  ")
            continue
        for result in group:
            row = f"  {result.rule.id:<{width}}  {result.rule.title} ({result.rule.reason})"
            lines.append(f"{row}: looked at {result.looked_at}" if verdict is Verdict.OK else row)
            for finding in result.findings:
                lines.append(f"    {finding.file}:{finding.line}  {finding.wrong}")
                lines.append(f"      -> {finding.remedy}")
            for doubt in result.doubts:
                lines.append(f"    {doubt.file}:{doubt.line}  {doubt.why}")
    idle = [result for result in results if result.rule.family == "engine" and not result.looked_at]
    if idle and addon.handlers:
        lines += ["", f"{addon.name} is not installed beside {addon.otf.python}: --python names"]
        lines[-1] += " another interpreter, for the rules of the engine"
    return "\n".join([*lines, "", _sum(results)])


def _sum(results: list[Result]) -> str:
    counts = {v: sum(result.verdict == v for result in results) for v in Verdict}
    places = sum(len(result.findings) for result in results)
    said = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    return f"{len(results)} rules: {said}; places to fix: {places}"


def as_json(addon: Addon, results: list[Result]) -> str:
    """Write the same as JSON."""
    rows: list[dict[str, Any]] = [
        {
            "rule": result.rule.id,
            "family": result.rule.family,
            "title": result.rule.title,
            "reason": result.rule.reason,
            "verdict": result.verdict.value,
            "looked_at": result.looked_at,
            "findings": [vars(finding) for finding in result.findings],
            "doubts": [vars(doubt) for doubt in result.doubts],
        }
        for result in results
    ]
    report = {"addon": addon.name, "version": addon.version, "kind": addon.kind, "rules": rows}
    return json.dumps(report, indent=2)


def table(rules: list[Rule]) -> str:
    """Write the list of all rules for docs/checker.md."""
    lines: list[str] = []
    for family in dict.fromkeys(rule.family for rule in rules):
        lines += [f"### {family.capitalize()}", ""]
        lines += ["| rule | what holds | why | from |", "| --- | --- | --- | --- |"]
        for rule in rules:
            if rule.family == family:
                cells = (f"`{rule.id}`", rule.title, rule.explanation, rule.reason)
                lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines).rstrip()
