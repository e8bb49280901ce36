"""Alembic's folder; see bot.store.schema."""
