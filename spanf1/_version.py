"""The version of spanf1."""

__version__ = "0.1.0"
