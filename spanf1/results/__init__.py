"""A scored input: its figures, its signature, its intervals, its report."""
