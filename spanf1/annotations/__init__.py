"""Annotated documents: each format that people have them in, read and written by one module."""
