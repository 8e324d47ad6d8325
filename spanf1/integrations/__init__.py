"""Adaptors to libraries in which models are trained and evaluated, each imported by its name."""
