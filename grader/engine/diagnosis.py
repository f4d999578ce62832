"""Finds the known mistakes that explain an answer's observations by comparing data. No code of an answer runs here.

Real answers contain several mistakes and lack error handling. For each failing check, the candidates are the known
mistakes with the same observation. The explanation is the smallest set of mistakes that covers all failing checks.
"""

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.engine.known_mistakes import RunMistakes
from grader.engine.observation import Observation, alike, alike_but_for_errors

Observations = Mapping[str, Observation | None]  # by check: its observation, None if the answer passed
MOST_IN_A_SET = 4  # combined mistakes, besides those that are the only candidate of a check


@dataclass(frozen=True)
class Suspect:
    """A known mistake that is consistent with the answer, and the failing checks with the same observation.

    Attributes:
        name: of the mistake.
        explains: the checks that see it in the same way.
        differs: the failing checks that it fails in another way.
    """

    name: str
    explains: frozenset[str]
    differs: frozenset[str]

    def mostly_agrees(self, checks: set[str], explained: set[str]) -> bool:
        """Return whether enough of some checks agree with the answer, compared with those that disagree unexplained:
        more than as many if it explains all that is explained, more than twice as many if other mistakes are needed.
        """
        majority = 1 if self.explains >= explained else 2
        return len(self.explains & checks) > majority * len(self.differs & checks - explained)


def name_of(label: str) -> str:
    """Return the mistake's name, without the number of the version."""
    return label.partition(".")[0]


@dataclass(frozen=True)
class Diagnosis:
    """The findings about an answer's mistakes.

    Attributes:
        causes: the name of the mistake behind a failing check, by check; only those for which it can be told.
        alone: the mistakes each of which explains every failing check by itself: more than one cannot be told apart.
    """

    causes: dict[str, str]
    alone: tuple[str, ...]


def diagnosis(answer: Observations, errors: Collection[str], bank: RunMistakes) -> Diagnosis:
    """Find the known mistakes behind the failing checks of an answer.

    Args:
        answer: what the checks saw of the answer, those that told nothing left out.
        errors: the checks of error handling.
        bank: the known mistakes.
    """
    failed = {check for check, seen in answer.items() if seen}
    values, left = failed - set(errors), failed & set(errors)

    def suspects(labels: Iterable[str]) -> list[Suspect]:
        found = (suspected(answer, failed, errors, bank, label) for label in labels)
        return [suspect for suspect in found if suspect is not None]

    # If single mistakes explain all values, no others can be in a smallest explanation, and need not be run to the end.
    whole = suspects(label for label in bank.labels() if explains_all(answer, values, errors, bank, label))
    everyone = whole if whole and not left else suspects(bank.labels())
    found = explained(values, whole or everyone, ()) or in_other_words(answer, values, bank)
    # The type of an error says little, so a single mistake must explain most checks of this kind.
    believed = [s for s in everyone if s.name in found.values() or s.mostly_agrees(left, set())]
    found |= explained(left, believed, found.values())
    alone = {suspect.name for suspect in everyone if suspect.explains >= failed}
    return Diagnosis(found, tuple(sorted(alone)))


def explains_all(
    answer: Observations, values: Collection[str], errors: Collection[str], bank: RunMistakes, label: str
) -> bool:
    """Return whether a mistake agrees with the answer in every failing check other than error handling."""
    always, may = set(bank.always_fails(label)), set(bank.may_fail(label))
    passed = {check for check, seen in answer.items() if not seen and check not in errors}
    if not values or not may.issuperset(values) or always & passed:
        return False
    return all(
        _is_seen_alike(bank, label, check, answer) or check not in values
        for check, seen in answer.items()
        if seen and check in may
    )


def suspected(
    answer: Observations, failed: Collection[str], errors: Collection[str], bank: RunMistakes, label: str
) -> Suspect | None:
    """Return the mistake as a suspect; None if no failing check agrees, or a passed check would fail.

    A mistake in values may break error handling on the way; that the answer's is right does not speak against it.
    """
    always, may = set(bank.always_fails(label)), set(bank.may_fail(label))
    telling = answer.keys() - (set(errors) if may - set(errors) else ())
    passed = telling - set(failed)
    if always & passed:
        return None
    # In the order in which the answer met the checks: a mistake that keeps something between calls does so here, too.
    in_order = [check for check in answer if check in may and check in failed]
    explains = {check for check in in_order if _is_seen_alike(bank, label, check, answer)}
    if not explains or any(bank.seen(label, check) for check in (may - always) & passed):
        return None
    differs = {check for check in in_order if check not in explains and (check in always or bank.seen(label, check))}
    return Suspect(name_of(label), frozenset(explains), frozenset(differs))


def _is_seen_alike(bank: RunMistakes, label: str, check: str, answer: Observations) -> bool:
    """Return whether a check sees of a mistake what it sees of the answer."""
    return alike(_seen_by_then(bank, label, check, answer), answer[check])


def _seen_by_then(bank: RunMistakes, label: str, check: str, answer: Observations) -> Observation | None:
    """Return what a check sees of a mistake up to the example that the answer fails; a later failure does not count."""
    failing = answer[check]
    return bank.seen(label, check, failing["example"] if failing else None)


def in_other_words(answer: Observations, failed: set[str], bank: RunMistakes) -> dict[str, str]:
    """Find the one mistake that fails the same checks at the same examples, though with other errors.

    So a sum written as `np.einsum` fails where one with `@` does, and the errors have nothing in common.

    Args:
        answer: what the checks saw of the answer.
        failed: the failing checks to be explained: two or more, as a single one says too little.
        bank: the known mistakes.
    """
    fitting = []
    for label in bank.labels() if len(failed) > 1 else ():
        always, may = set(bank.always_fails(label)), set(bank.may_fail(label))
        if failed <= may and not always & (answer.keys() - failed):
            as_answer = all(
                alike_but_for_errors(_seen_by_then(bank, label, check, answer), answer[check]) for check in failed
            )
            if as_answer and not any(bank.seen(label, check) for check in may & answer.keys() - failed):
                fitting.append(name_of(label))
    return dict.fromkeys(failed, fitting[0]) if len(set(fitting)) == 1 else {}


def explained(checks: Collection[str], suspects: Sequence[Suspect], known: Iterable[str]) -> dict[str, str]:
    """Find the mistake behind each of some checks.

    Args:
        checks: the failing checks to be explained.
        suspects: the mistakes that may be behind them.
        known: mistakes that the answer is known to have.
    """
    wanted = set(checks).intersection(*[set().union(*(suspect.explains for suspect in suspects))])
    candidates = {check: {s.name for s in suspects if check in s.explains} for check in wanted}
    sure = set(known).union(*(names for names in candidates.values() if len(names) == 1))
    covers = smallest_covers(wanted, suspects, sure)
    named = sure | (frozenset.intersection(*covers) if covers else frozenset())
    found = {}
    for check in wanted:
        certain = [suspect for suspect in suspects if check in suspect.explains and suspect.name in named]
        believed = [suspect for suspect in certain if suspect.mostly_agrees(set(checks), wanted)]
        if believed:
            found[check] = max(believed, key=lambda suspect: (len(suspect.explains), suspect.name)).name
    return found


def smallest_covers(wanted: set[str], suspects: Sequence[Suspect], known: set[str]) -> list[frozenset[str]]:
    """Find the smallest sets of mistakes that explain all checks.

    Args:
        wanted: checks, each of which a suspect explains.
        suspects: the mistakes to choose from.
        known: mistakes that cost nothing, as the answer has them anyway.
    """
    free = set().union(*(suspect.explains for suspect in suspects if suspect.name in known))
    left = wanted - free
    useful = [suspect for suspect in suspects if suspect.explains & left]
    for size in range(min(len(useful), MOST_IN_A_SET) + 1):
        chosen = itertools.combinations(useful, size)
        covers = [each for each in chosen if left <= set().union(*(suspect.explains for suspect in each))]
        if covers:
            return [frozenset(suspect.name for suspect in each) for each in covers]
    return []
