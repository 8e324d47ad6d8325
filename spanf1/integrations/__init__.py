"""Adaptors to libraries of training and evaluation, and to clusters, each imported by its name."""
