"""Answers held against references: word overlap, exact match, and lists of what was retrieved."""
