"""The script of an example: the steps of a check, their outcomes, and the Python that a learner reads.

Each process has one script, `SCRIPT`. If the answer is in this process, steps run at once; for a sandboxed answer they
wait until a comparison reads an outcome. The questions of comparisons are recorded with the steps, so that they can be
asked about another answer's outcomes (`engine.class_scripts`).
"""

import contextlib
import copy
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from grader.answers.captured_output import MOST_PRINTED
from grader.answers.plain_values import copied
from grader.answers.protocol import Numbered
from grader.answers.runners import Runner
from grader.answers.steps import Misuse, Name, Outcome, Ref, Step
from grader.base import values_as_text

__tracebackhide__ = True  # pytest ends its traceback at the check's own line

WIDTH = 74  # columns of an example in a report of 80
_ASSIGNED = re.compile(r"\.data\.(fill_|copy_)\([^;]*\)$")
Writer = Callable[["Script", Numbered], list[str]]  # the lines of Python that show a step
Question = Callable[[Outcome], object]  # raises if an outcome is wrong


_LIKE_A_VALUE = "an answer's object is used like a value; a check must read it with value() or seen()"


@dataclass(frozen=True, eq=False)
class Handle:
    """A check's handle for an answer's object: built, or returned by a call."""

    number: int

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise Misuse(f"`.{name}` of an answer's object; a check must read it with attribute(), state() or seen()")

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise Misuse(_LIKE_A_VALUE)

    __bool__ = __len__ = __iter__ = __getitem__ = __call__ = __int__ = __float__ = __index__ = __array__ = _refuse
    __add__ = __sub__ = __mul__ = __truediv__ = __matmul__ = __pow__ = __neg__ = __abs__ = _refuse
    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rmatmul__ = __rpow__ = __mod__ = __floordiv__ = _refuse
    __lt__ = __gt__ = __le__ = __ge__ = __eq__ = _refuse
    __hash__ = object.__hash__

    @classmethod
    def __torch_function__(cls, *_: object, **__: object) -> NoReturn:
        raise Misuse(_LIKE_A_VALUE)


@dataclass(frozen=True)
class Shown:
    """How a step is shown: its lines, and whether only as the last step.

    `fills`: the number of the module whose parameters the step sets.
    """

    write: Writer
    only_last: bool = False
    hidden: bool = False
    fills: int | None = None


@dataclass
class Flags:
    """Flags of the steps in a block.

    `watched`: arguments that must not change, by name, and the block's calls with the names of those by their places.
    """

    seed: int | None = None
    watched: "tuple[dict[str, Any], list[tuple[Handle, dict[int | str, str]]]] | None" = None
    counted: bool = False
    hidden: bool = False


@dataclass
class Script:
    """One example of one check.

    Attributes:
        seed: of the run: of initial weights.
        runner: where steps run.
        steps: all that were asked for.
        outcomes: of those that ran.
        questions: what comparisons asked, each of the outcomes of some steps.
        accepted: functions of which a right call went through in this check.
        printed: the end of what the answer printed.
    """

    seed: int = 0
    runner: Runner | None = None
    steps: list[Numbered] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    questions: list[tuple[tuple[int, ...], Callable[..., object]]] = field(default_factory=list)
    flags: Flags = field(default_factory=Flags)
    accepted: set[str] = field(default_factory=set)
    printed: str = ""
    failed_at: int | None = None
    _looked_at: int | None = None
    _shown: list[Shown] = field(default_factory=list)
    _labels: dict[int, str] = field(default_factory=dict)
    _modes: dict[int, bool] = field(default_factory=dict)
    _aside: list[int] = field(default_factory=list)  # steps that are not shown, whose names are free
    _ran: int = 0
    _begun: bool = False

    def begin(self) -> None:
        """Begin a new example."""
        self.steps, self.outcomes, self.questions, self._shown = [], [], [], []
        self.flags, self.printed, self.failed_at, self._looked_at = Flags(), "", None, None
        self._labels, self._modes, self._aside, self._ran, self._begun = {}, {}, [], 0, False

    def snapshot(self) -> "Script":
        """Copy the script, to report a failure after other examples have run."""
        kept = copy.copy(self)
        kept._labels = dict(self._labels)
        return kept

    def add(
        self,
        step: Step,
        write: Writer,
        *,
        label: str | None = None,
        only_last: bool = False,
        hidden: bool = False,
        fills: Handle | None = None,
    ) -> Handle:
        """Add a step; run it now if the answer is in this process.

        Args:
            step: what to do; of its arguments copies are kept.
            write: the lines that show it.
            label: the name of what it makes, in the lines of later steps.
            only_last: whether it is shown only where it is the last step.
            hidden: whether it is never shown.
            fills: the module of which it sets all parameters.
        """
        number = len(self.steps)
        step = step.with_arguments(copied(step.args, _as_ref), copied(step.kwargs, _as_ref))
        self.steps.append(Numbered(number, step, self.name(number, label) if label else None))
        filled = None if fills is None else fills.number
        self._shown.append(Shown(write, only_last, hidden or self.flags.hidden, filled))
        if self.runner is not None and self.runner.at_once:
            self.run()
        return Handle(number)

    def run(self) -> None:
        """Run the pending steps. Raise an unexpected error here, as the answer raised it."""
        waiting = self.steps[self._ran :]
        if not waiting:
            return
        if self.runner is None:
            raise Misuse("there is no answer to run a check on")
        reply = self.runner.run(waiting, None if self._begun else self.seed)
        self._begun, self._ran = True, len(self.steps)
        self.outcomes += reply.outcomes
        self.printed = (self.printed + reply.printed)[-MOST_PRINTED:]
        last, at = self.outcomes[-1], len(self.outcomes) - 1
        if last.error is not None and not self.steps[at].step.may_raise:
            self.failed_at = at
            raise last.error

    def outcome(self, handle: Handle) -> Outcome:
        """Return the outcome of a step."""
        self.run()
        return self.outcomes[handle.number]

    def ask(self, question: Callable[..., Any], *handles: Handle) -> Any:
        """Ask a question about the outcomes of steps, record it, and return or raise its result."""
        numbers = tuple(handle.number for handle in handles)
        self.questions.append((numbers, question))
        outcomes = [self.outcome(handle) for handle in handles]
        self._looked_at = max(numbers)
        return question(*outcomes)

    # ---- how steps are shown ----

    def name(self, number: int, base: str) -> str:
        """Give the result of a step a unique name."""
        if number in self._labels:
            return self._labels[number]
        taken = {label for other, label in self._labels.items() if other not in self._aside}
        name, count = base, 2
        while name in taken and not self.flags.hidden:
            name, count = f"{base}{count}", count + 1
        self._labels[number] = name
        if self.flags.hidden:
            self._aside.append(number)
        return name

    def label(self, number: int) -> str | None:
        """Return the name of a step's result."""
        return self._labels.get(number)

    def words(self, thing: Any) -> str:
        """Write a reference to a value: its name, or Python."""
        if isinstance(thing, Handle | Ref):
            return self.name(thing.number, "result")
        if isinstance(thing, Name):
            return thing.name
        is_plain = hasattr(thing, "_fields") or values_as_text.is_long_list_of_letters(thing)  # it holds no reference
        if isinstance(thing, list | tuple) and not is_plain:
            items = ", ".join(map(self.words, thing))
            return f"[{items}]" if isinstance(thing, list) else f"({items}{',' * (len(thing) == 1)})"
        return values_as_text.python(thing)

    def arguments(self, step: Step) -> str:
        """Write the arguments of a call as Python."""
        named = [f"{name}={self.words(value)}" for name, value in step.kwargs.items()]
        return ", ".join([*map(self.words, step.args), *named])

    def written(self, *, whole: bool = False) -> str | None:
        """Write the steps as Python, one statement per line, up to the step that failed or was read last.

        What came of a step was told when it had run, and no later one has changed it. `whole`: to the last step.
        """
        last = self._looked_at if self.failed_at is None else self.failed_at
        end = len(self.steps) if whole or last is None else last + 1
        shown = [pair for pair in zip(self._shown[:end], self.steps, strict=False) if not pair[0].hidden]
        names, lines = -1, list[str]()
        while names < len(self._labels):  # a line may name an earlier result in order to refer to it
            names = len(self._labels)
            lines = []
            for each, numbered in shown:
                if not each.only_last or each is shown[-1][0]:
                    _append(lines, each.write(self, numbered), numbered.step, self._behind(numbered))
        return "\n".join(lines) or None

    def uses_drawn_weights(self, number: int, names: Sequence[str]) -> bool:
        """Return whether anything may read parameters of a module before later steps have set them."""
        left = set(names)
        for shown, numbered in list(zip(self._shown, self.steps, strict=True))[number + 1 :]:
            step = numbered.step
            if shown.fills == number:
                left.clear()
            elif step.operation == "assign" and step.target == Ref(number):
                left.discard(step.name or "")
            elif step.operation not in ("dtype", "mode", "read", "state"):
                break
        return bool(left)

    def _behind(self, numbered: Numbered) -> str | None:
        """Return the name of the object behind which a step can be written: `Fusion(1, 2).eval()`."""
        step = numbered.step
        if not isinstance(step.target, Ref):
            return None
        if step.operation == "read":
            fits = self.steps[step.target.number].step.operation == "call"
        elif step.operation == "mode":
            fits = any(outcome.value for outcome in self.outcomes[numbered.number : numbered.number + 1])
        else:
            fits = step.operation == "dtype"
        return self.label(step.target.number) if fits else None

    def hide(self, handle: Handle) -> None:
        """Hide a step."""
        self._shown[handle.number] = replace(self._shown[handle.number], hidden=True)

    def show_only(self, handle: Handle) -> None:
        """Show one step, and those that made its arguments."""
        step = self.steps[handle.number].step
        kept = {handle.number, *(value.number for value in step.args if isinstance(value, Ref))}
        self._shown = [replace(each, hidden=number not in kept) for number, each in enumerate(self._shown)]

    @property
    def length(self) -> int:
        """The number of steps, up to the one that failed."""
        return len(self.steps) if self.failed_at is None else self.failed_at + 1

    def is_in_mode(self, number: int, training: bool) -> bool:
        """Return whether a module is known to be in a mode; from now on it is."""
        was = self._modes.get(number, True)
        self._modes[number] = training
        return was == training


SCRIPT = Script()


def _append(lines: list[str], more: list[str], step: Step, behind: str | None) -> None:
    """Add the lines of a step. Short assignments share a line.

    Args:
        lines: those above.
        more: those of the step.
        step: the step.
        behind: the name of the object that it can be written behind, if the line above makes it.
    """
    made = f"{behind} = "
    if behind and lines and more and lines[-1].startswith(made):
        is_read = step.operation == "read"  # which is the last line: nothing uses the name below
        lines[-1] = lines[-1].removeprefix(made if is_read else "") + more[0].removeprefix(behind)
    elif lines and more and step.operation == "assign" and _ASSIGNED.search(lines[-1]):
        joined = f"{lines[-1]}; {more[0]}"
        lines[-1:] = [joined] if len(joined) <= WIDTH else [lines[-1], *more]
    else:
        lines += more


def _as_ref(value: Any) -> Any:
    return Ref(value.number) if isinstance(value, Handle) else value


@contextlib.contextmanager
def flags(**changes: Any) -> Iterator[None]:
    """Set these flags for the steps of the block."""
    before = SCRIPT.flags
    SCRIPT.flags = replace(before, **changes)
    try:
        yield
    finally:
        SCRIPT.flags = before
