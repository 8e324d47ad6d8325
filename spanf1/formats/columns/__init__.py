"""Column files: a token on each line, with its tags."""
