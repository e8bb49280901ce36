"""Whether a line that was no answer is a question of the citizen's own: it goes to an officer, and the citizen hears how to have
it answered at once."""

WORDS = frozenset(
    "apa apakah kapan bagaimana gimana gmn dimana kemana darimana mana berapa brp kenapa knp mengapa siapa bisakah bolehkah adakah "
    "naon naha iraha kumaha kumha saha sabaraha kamana timana".split()
)
"""Words that questions begin with, in both languages."""
BEFORE = frozenset(
    "pak bu kak min kang teh punten maaf mau tanya nanya bertanya naros tumaros saya abdi mangga itu ieu".split()
)
"""Words that may stand before them."""


def asks(text: str, plain: str) -> bool:
    """`plain`: the normalised text."""
    if text.rstrip().endswith("?"):
        return True
    first = next((word for word in plain.split() if word not in BEFORE), "")
    return first in WORDS and " " in plain
