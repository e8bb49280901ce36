"""`{name}` in a text. One pass, plain names, no attribute access: what a citizen wrote is never read as a placeholder."""

import re
from collections.abc import Mapping

SYSTEM = frozenset(
    "number link track officer answers numbers topic_name elsewhere redirect place_name date state followers code reports masked "
    "agency_name reason question note until status external_number".split()
)
"""Placeholders that are filled besides answers, some of them only when a text leaves."""
_NAME = re.compile(r"\{([a-z_]{1,32})\}")


def fill(text: str, values: Mapping[str, str]) -> str:
    """Puts values in. An unknown name, `{{7*7}}` or `{x.y}` stays as it is; values are not searched again."""
    if "{" not in text:
        return text
    return _NAME.sub(lambda found: values.get(found[1], found[0]), text)


def names(text: str) -> frozenset[str]:
    return frozenset(_NAME.findall(text)) if "{" in text else frozenset()
