"""`grade watch`."""

import contextlib

import click

from grader.reports.console import open_console


@click.command("watch")
def command() -> int:
    """Grade each time you save, including exercises that build on the change, and move on to the next unfinished one.

    Keep it open beside your editor. Keys: h next hint, l list, n next exercise, q quit.

    \b
    Examples:
      grade watch
      grade watch | tee log.txt        no keys; Ctrl-C ends it
    """
    from grader.commands import keys
    from grader.learner.watching.screen import Screen
    from grader.learner.watching.watch import Key, Redraw, Watch

    watch = Watch()
    with contextlib.ExitStack() as stack:
        stack.callback(watch.close)
        if with_keys := keys.are_there():
            told = keys.Keys(lambda key: watch.tell(Key(key)), lambda resumed: watch.tell(Redraw(resumed)))
            stack.enter_context(told)
        screen = stack.enter_context(Screen(open_console(), keys=with_keys))
        for happening in watch.happenings():
            screen.show(happening)
    return 0
