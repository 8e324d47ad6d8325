"""Mistakes: which spans are wrong, how near they are, and what each kind of error costs."""
