"""Views of strings, which newer libraries write, as the strings that everything else reads."""

from __future__ import annotations

from typing import Any


def plain_schema(schema: Any) -> Any:
    """Return a schema of Arrow with strings in place of views of strings."""
    import pyarrow as pa

    fields = [field.with_type(_plain(pa, field.type)) for field in schema]
    return pa.schema(fields, schema.metadata)


def plain_strings(batch: Any) -> Any:
    """Return a batch with strings in place of views of strings."""
    if "string_view" not in str(batch.schema.types):
        return batch
    return batch.cast(plain_schema(batch.schema))


def _plain(pa: Any, kind: Any) -> Any:
    """Return a type with strings in place of views of them."""
    types = pa.types
    if types.is_string_view(kind):
        kind = pa.string()
    elif types.is_dictionary(kind):
        kind = pa.dictionary(kind.index_type, _plain(pa, kind.value_type))
    elif types.is_list(kind):
        kind = pa.list_(_plain(pa, kind.value_type))
    elif types.is_large_list(kind):
        kind = pa.large_list(_plain(pa, kind.value_type))
    elif types.is_fixed_size_list(kind):
        kind = pa.list_(_plain(pa, kind.value_type), kind.list_size)
    elif types.is_struct(kind):
        kind = pa.struct([field.with_type(_plain(pa, field.type)) for field in kind])
    return kind
