"""A race as it is seen: curves in the terminal while it runs, a table at its end, a picture for a file."""

import io
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from grader.learner.race.race import Arrival, Lane, Point
from grader.learner.race.verdict import Standing

COLOURS = ("blue", "yellow", "cyan", "magenta")  # told apart by those who see no red or green, too
HEIGHT = 14
PICTURES = (".png", ".svg", ".pdf")

Curves = dict[Lane, list[tuple[float, float]]]


def follow(console: Console, lanes: Sequence[Lane], events: Iterable[Point | Arrival]) -> tuple[Curves, list[Arrival]]:
    """Show a race to its end: on a terminal as curves that grow, in a pipe a line for each arrival."""
    curves: Curves = {lane: [] for lane in lanes}
    arrivals: list[Arrival] = []
    with Live(console=console, auto_refresh=False, transient=True) as live:
        for event in events:
            if isinstance(event, Point):
                curves[event.lane].append((event.done, event.loss))
                if console.is_terminal:
                    live.update(_drawn(console, curves), refresh=True)
            else:
                arrivals.append(event)
                seed = f" (seed {event.lane.seed})" if any(lane.seed for lane in lanes) else ""
                console.print(f"{event.lane.name}{seed}: loss {event.loss:.4f}, {event.seconds:.1f} s")
    return curves, sorted(arrivals, key=lambda arrival: lanes.index(arrival.lane))


def report(console: Console, curves: Curves, standings: Sequence[Standing], verdict: str) -> None:
    """The curves once more, the table, and what it means."""
    console.print(_drawn(console, curves))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    known = any(standing.least is not None for standing in standings)
    several = any(standing.seeds > 1 for standing in standings)
    table.add_column("model")
    for column in (
        "parameters",
        "loss",
        *(["spread"] if several else []),
        *(["least possible", "above"] if known else []),
    ):
        table.add_column(column, justify="right")
    for s in standings:
        spread = [f"{s.spread:.4f}"] if several else []
        least = [f"{s.least:.4f}", f"{s.excess:.4f}"] if s.least is not None else []
        table.add_row(s.name, f"{s.parameters:,}", f"{s.loss:.4f}", *spread, *least)
    console.print(table)
    console.print(f"\n{verdict}", markup=False)


def picture(curves: Curves, standings: Sequence[Standing], form: str) -> bytes:
    """The same curves as a picture, with the least possible losses as dashed lines; `form` is `png`, `svg` or `pdf`."""
    from matplotlib.figure import Figure  # not pyplot: no window, no state

    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.add_subplot()
    colours = _colours(curves)
    for lane, curve in curves.items():
        label = lane.name if lane.seed == min(other.seed for other in curves if other.name == lane.name) else None
        axes.plot(*zip(*curve, strict=True), color=f"tab:{_tab(colours[lane.name])}", label=label, alpha=0.8)
    for standing in standings:
        if standing.least is not None:
            axes.axhline(standing.least, color=f"tab:{_tab(colours[standing.name])}", linestyle="--", linewidth=0.8)
    axes.set_xlabel("share of the training done")
    axes.set_ylabel("loss on what was held out, nats a letter")
    axes.legend()
    axes.grid(alpha=0.3)
    file = io.BytesIO()
    figure.savefig(file, format=form, dpi=150)
    return file.getvalue()


def _drawn(console: Console, curves: Curves) -> Text:
    """The curves as characters; the axis of losses leaves out where they all begin."""
    import plotille

    figure = plotille.Figure()
    figure.width, figure.height = max(20, min(console.width, 100) - 24), HEIGHT
    figure.color_mode = "names"
    figure.with_colors = console.color_system is not None
    figure.x_label, figure.y_label = "done", "loss"
    figure.y_ticks_fkt = lambda low, _: f"{low:.2f}"
    figure.x_ticks_fkt = lambda low, _: f"{low:.1f}"
    losses = [loss for curve in curves.values() for done, loss in curve if done > 0]
    if not losses:
        return Text("starting ...")
    low, high = min(losses), max(losses)
    figure.set_x_limits(0, 1)
    figure.set_y_limits(low - 0.02, max(high, low + 0.1))
    colours = _colours(curves)
    named: set[str] = set()
    for lane, curve in curves.items():
        seen = [point for point in curve if point[0] > 0]
        if seen:
            label = lane.name if lane.name not in named else None
            figure.plot(*zip(*seen, strict=True), lc=colours[lane.name], label=label)
            named.add(lane.name)
    return Text.from_ansi(figure.show(legend=False) + "\n" + _legend(colours, console))


def _legend(colours: dict[str, str], console: Console) -> str:
    import plotille

    coloured = console.color_system is not None
    return "   ".join(
        plotille.color(f"⠤⠤ {name}", fg=colour, no_color=not coloured) for name, colour in colours.items()
    )


def _colours(curves: Curves) -> dict[str, str]:
    """A colour for each name; without colour, the table below tells which is which by its order."""
    return dict(zip(dict.fromkeys(lane.name for lane in curves), COLOURS, strict=False))


def _tab(colour: str) -> str:
    return {"yellow": "orange", "magenta": "purple"}.get(colour, colour)
