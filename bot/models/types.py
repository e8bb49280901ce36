"""Column types that behave the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator, UserDefinedType

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICRO = timedelta(microseconds=1)


class Bytes(UserDefinedType[bytes]):
    """BLOB / BYTEA without SQLAlchemy's conversions: ids cross the driver as they are."""

    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:
        return "BLOB"


@compiles(Bytes, "postgresql")
def _bytea(type_: Bytes, compiler: Any, **kw: Any) -> str:
    return "BYTEA"


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time: TIMESTAMPTZ on PostgreSQL, whole microseconds since 1970 on SQLite (which has no times and would return naive ones)."""

    impl = sa.BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.DateTime(timezone=True))
        return dialect.type_descriptor(sa.BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a time zone was about to be stored; use clock.now()")
        return value if dialect.name == "postgresql" else (value - EPOCH) // MICRO

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        if value is None or dialect.name == "postgresql":
            return value  # type: ignore[no-any-return]
        return EPOCH + timedelta(microseconds=value)


class Json(TypeDecorator[Any]):
    """A small document: JSONB on PostgreSQL, text on SQLite."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        if dialect.name == "postgresql":
            from sqlalchemy.dialects.postgresql import JSONB  # slow to import, and SQLite does not need it

            return dialect.type_descriptor(JSONB(none_as_null=True))
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return orjson.dumps(value).decode()

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return orjson.loads(value)
