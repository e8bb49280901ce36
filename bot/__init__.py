"""Wargi: the hotline bridge between citizens on messaging apps and the officers who help them."""

__version__ = "0.1.0"
