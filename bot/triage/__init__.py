"""Reads one message: what it is, how sure that is, and why. Pure: no await, no SQL, no clock."""
