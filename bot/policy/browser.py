"""Which browser somebody signed in with, in words they know: what browsers call themselves is a list of everything they pretend to be. Pure."""

BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"),
)  # fmt: skip
"""The first that is found counts: those that pretend to be others stand before them."""


def spoken(agent: str) -> str:
    """`Chrome · Linux`; what nobody knows stays as it is."""
    found = [next((name for mark, name in table if mark in agent), "") for table in (BROWSERS, SYSTEMS)]
    return " · ".join(filter(None, found)) or agent
