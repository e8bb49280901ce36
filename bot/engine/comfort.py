"""What officers may say to bad news (flows/data/comfort.yaml): canned, so that nobody has to find words at three in the night."""

from bot.engine.forms import Form, Text, Workshop
from bot.engine.read import Source

FLOW = "comfort"
"""The first word of their translation contexts."""


def build(shop: Workshop, source: Source) -> dict[str, tuple[Text, Text]]:
    """key -> (title for officers, text for the citizen)."""
    whole = Form(shop, source.name, FLOW, FLOW, source.tree)
    found = {}
    for key, tree in whole.sub(FLOW).items():
        form = Form(shop, source.name, FLOW, key, tree)
        found[key] = (form.text("title"), form.text("text"))
        form.finish()
    whole.finish()
    return found
