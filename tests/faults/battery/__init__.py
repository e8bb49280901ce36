"""The battery: what may break does, under a story that is going on, and a ledger outside the system judges what came of it."""
