"""What the course's drawings are made of: shapes and words on a plain SVG page, readable in light and in dark."""

from xml.sax.saxutils import escape

# Per colour: fill and outline in light, fill and outline in dark.
COLOURS = {
    "blue": ("#cfe2f8", "#0b5394", "#17395f", "#79b8ff"),
    "orange": ("#fde2c4", "#a84a08", "#5a3610", "#ffb366"),
    "green": ("#d3efd8", "#1d7a3a", "#16432a", "#6fd08c"),
    "purple": ("#e6dbf7", "#6b3fa0", "#3d2a5c", "#c4a5f5"),
    "red": ("#f9d5d5", "#b42318", "#571d1d", "#ff8f8f"),
    "grey": ("#eef1f4", "#8793a1", "#232a33", "#77828f"),
}
PAGE, INK, SOFT = ("#ffffff", "#14181f"), ("#1b2a41", "#e6edf3"), ("#55626f", "#a3afbb")


def _style(dark: bool) -> str:
    rules = [
        f".page{{fill:{PAGE[dark]}}}",
        f".ink{{fill:{INK[dark]}}}",
        f".soft{{fill:{SOFT[dark]}}}",
        f".axis{{stroke:{SOFT[dark]};fill:none}}",
    ]
    for name, colours in COLOURS.items():
        fill, outline = colours[2 * dark : 2 * dark + 2]
        rules += [
            f".{name}{{fill:{fill};stroke:{outline}}}",
            f".{name}-line{{stroke:{outline};fill:none}}",
            f".{name}-ink{{fill:{outline}}}",
            f".{name}-share{{fill:{outline}}}",
        ]
    return "".join(rules)


class Picture:
    """A page to draw on; `svg()` gives its text."""

    def __init__(self, width: int, height: int, title: str, description: str) -> None:
        """Begin with an empty page, its title and a description for people who cannot see it."""
        self.width, self.height, self.title, self.description = width, height, title, description
        self.parts: list[str] = []

    def box(self, x: float, y: float, width: float, height: float, colour: str, words: str = "", size: int = 13) -> None:
        """Draw a box, with words in its middle."""
        self.parts.append(
            f'<rect class="{colour}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="4" stroke-width="1.5"/>'
        )
        if words:
            self.text(x + width / 2, y + height / 2 + size * 0.36, words, anchor="middle", size=size, mono=True)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        look: str = "ink",
        anchor: str = "start",
        size: int = 13,
        bold: bool = False,
        mono: bool = False,
    ) -> None:
        """Write a line of text; y is its baseline."""
        font = ' font-family="monospace"' if mono else ""
        weight = ' font-weight="bold"' if bold else ""
        self.parts.append(
            f'<text class="{look}" x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-size="{size}"{font}{weight}>'
            f"{escape(words)}</text>"
        )

    def line(self, points: list[tuple[float, float]], look: str = "axis", width: float = 1.5, dash: str = "") -> None:
        """Draw a line through points."""
        places = " ".join(f"{x:.4g},{y:.4g}" for x, y in points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(f'<polyline class="{look}" points="{places}" stroke-width="{width:g}"{dashed}/>')

    def arrow(self, start: tuple[float, float], end: tuple[float, float], look: str = "axis") -> None:
        """Draw a vertical or horizontal arrow."""
        self.line([start, end], look)
        (x, y), across = end, start[0] != end[0]
        sign = 1 if (end[0] > start[0] if across else end[1] > start[1]) else -1
        ends = [(x - 6 * sign, y - 4), (x - 6 * sign, y + 4)] if across else [(x - 4, y - 6 * sign), (x + 4, y - 6 * sign)]
        self.line([ends[0], end, ends[1]], look)

    def dot(self, x: float, y: float, radius: float, colour: str) -> None:
        """Draw a filled circle."""
        self.parts.append(f'<circle class="{colour}" cx="{x:g}" cy="{y:g}" r="{radius:g}" stroke-width="1.5"/>')

    def share(self, x: float, y: float, side: float, colour: str, share: float) -> None:
        """Draw a square, as dark as a share of 1 is large."""
        self.parts.append(
            f'<rect class="{colour}-share" x="{x:g}" y="{y:g}" width="{side:g}" height="{side:g}"'
            f' fill-opacity="{share:.2f}"/>'
        )

    def svg(self) -> str:
        """Return the page as SVG."""
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" width="{self.width}"'
                f' height="{self.height}" font-family="sans-serif" role="img" aria-labelledby="title description">',
                f'<title id="title">{escape(self.title)}</title>',
                f'<desc id="description">{escape(self.description)}</desc>',
                f"<style>{_style(False)}@media (prefers-color-scheme:dark){{{_style(True)}}}</style>",
                '<rect class="page" width="100%" height="100%"/>',
                *self.parts,
                "</svg>\n",
            ]
        )
