"""Readers: from the formats that people have to aligned tags."""
