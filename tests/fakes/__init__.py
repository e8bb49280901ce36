"""Strict stand-ins for the platforms: real HTTP on loopback, refusing what the real ones refuse."""
