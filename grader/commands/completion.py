"""`grade completion`."""

import click
from click.shell_completion import get_completion_class


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> int:
    """Print the shell script that completes commands, options and names of exercises.

    \b
    Examples, each for the file that your shell reads when it starts:
      eval "$(grade completion bash)"
      eval "$(grade completion zsh)"
      grade completion fish | source
    """
    found = get_completion_class(shell)
    assert found is not None
    whole = click.get_current_context().find_root().command
    click.echo(found(whole, {}, "grade", "_GRADE_COMPLETE").source())
    return 0
