"""Run by Alembic: always on a connection that `bot.store.schema` has opened, so that there is one way to connect."""

from alembic import context

config = context.config
context.configure(
    connection=config.attributes["connection"],
    target_metadata=config.attributes["target_metadata"],
    include_name=config.attributes["ours"],
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
