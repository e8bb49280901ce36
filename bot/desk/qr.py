"""A link as a picture that a telephone reads: drawn here, in the page itself, so that no third party sees a key and no script is needed."""

from markupsafe import Markup

QUIET = 4
"""Modules of white around it (ISO/IEC 18004)."""


def svg(text: str) -> Markup:
    """Black on white in a dark page, too: telephones read the other way round badly."""
    import segno  # few pages have such a picture, and a server starts without it

    drawn = segno.make(text, error="m", micro=False)
    shown = drawn.svg_inline(omitsize=True, border=QUIET, light="#fff", svgclass=None, lineclass=None)
    return Markup(shown)  # noqa: S704 - numbers and our own words only
