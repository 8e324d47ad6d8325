"""The formats that people have, each read and written: as tags, or as documents with spans."""
