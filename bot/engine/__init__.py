"""The pure engine: (flows, session, said, facts) -> (session, effects). No await, no SQL, no clock."""
