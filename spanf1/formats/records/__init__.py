"""Formats of JSON: tags at keys, and texts with spans."""
