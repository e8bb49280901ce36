"""Doors for platforms, citizens and machines."""
