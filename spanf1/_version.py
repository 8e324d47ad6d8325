"""The version of spanf1."""

__version__ = "1.0.0"
