"""The language of checks: functions that use an answer, and comparisons that test the outcomes.

Checks use answers only through this package. `answers.exNN_name.NAME` refers to a function or class; `build`, `call`
and others return handles; comparisons test their outcomes.
"""

from grader.language.answer_names import Answers
from grader.language.comparisons import (
    RESULT,
    Mismatch,
    assign,
    attribute,
    backward,
    came_of,
    common_slip,
    exists,
    holds,
    is_module,
    looked,
    of_kind,
    same,
    same_dtype,
    same_shape,
    seen,
    value,
    worked,
)
from grader.language.effects import leaves_alone
from grader.language.error_checks import accepted, accepts, raises, refused
from grader.language.script import Handle
from grader.language.verbs import (
    aside,
    build,
    call,
    counting,
    defined,
    do,
    each,
    given,
    gradient,
    item,
    leaf,
    named,
    now,
    part,
    read,
    run_seed,
    seeded,
    show_only,
    state,
    state_of,
    to_dtype,
    train,
)
