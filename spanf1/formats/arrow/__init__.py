"""Tables of Parquet and Arrow: tags and label ids straight to arrays."""
