"""Each pair of choices is in one of the addons that test_addons.py installs, tests and runs."""

from collections.abc import Mapping
from itertools import combinations, product
from typing import Any

from tests.combinations import (
    CHOICES,
    COMBINATIONS,
    PACKAGING,
    PAIRS,
    PROTOCOLS,
    SLOW,
    STRUCTURE,
    WHOLE,
    choices,
)

Pair = tuple[tuple[str, Any], tuple[str, Any]]

# A filesystem of fsspec is a choice too, though there are many: these differ in what they need.
VALUES = {key: choices(key) for key in (*STRUCTURE, *PACKAGING)} | {
    "fsspec_protocol": [*PROTOCOLS, "memory", "sftp"]
}
DEFAULTS = {key: values[0] for key, values in VALUES.items()}


def what_counts(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the choices that show in an addon: how no files travel, for one, does not."""
    chosen = {key: {**DEFAULTS, **answers}[key] for key in VALUES}
    if chosen["transfer"] == "none":
        del chosen["transfer_client"]
    if chosen.get("transfer_client") != "fsspec":
        del chosen["fsspec_protocol"]
    return chosen


def pairs_in(answers: Mapping[str, Any]) -> set[Pair]:
    """List every two choices that one addon brings together."""
    return set(combinations(what_counts(answers).items(), 2))


def possible_pairs() -> set[Pair]:
    """List every two choices that an addon can bring together."""
    return {
        ((first, a), (second, b))
        for first, second in combinations(VALUES, 2)
        for a, b in product(VALUES[first], VALUES[second])
        if what_counts({first: a, second: b}).items() >= {(first, a), (second, b)}
    }


def test_every_pair_of_choices_is_in_a_combination() -> None:
    covered = set().union(*(pairs_in(param.values[0]) for param in (*COMBINATIONS, *PAIRS)))
    missing = [f"{k}={a} with {m}={b}" for (k, a), (m, b) in possible_pairs() - covered]
    assert not missing, f"in no combination: {'; '.join(sorted(missing))}"


def test_no_combination_of_pairs_is_superfluous() -> None:
    params = [*COMBINATIONS, *PAIRS]
    for one in PAIRS:
        others = set().union(*(pairs_in(param.values[0]) for param in params if param is not one))
        assert pairs_in(one.values[0]) - others, f"{one.id}: other combinations have all of it"


def test_every_choice_is_of_structure_or_of_packaging() -> None:
    chosen = {key for key, value in CHOICES.items() if isinstance(value, list | bool)}
    missing = chosen - {*STRUCTURE, *PACKAGING}
    assert not missing, (
        f"{missing}: into PACKAGING of tests/combinations.py if no file of src/, tests/, cfg/ and "
        "demo/ depends on it, else into STRUCTURE"
    )


def test_every_client_has_a_whole_suite() -> None:
    whole = [param.values[0] for param in COMBINATIONS if param.id in WHOLE]
    for key in ("transfer_client", "execution"):
        missing = set(choices(key)) - {"none"} - {what_counts(one).get(key) for one in whole}
        assert not missing, f"{key}={missing}: name a combination with it in WHOLE"


def test_names_of_combinations_are_known() -> None:
    unknown = (WHOLE | SLOW) - {param.id for param in COMBINATIONS}
    assert not unknown, f"WHOLE or SLOW of tests/combinations.py names {unknown}"
