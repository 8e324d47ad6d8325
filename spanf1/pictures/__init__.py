"""Pictures to print: what they share, whatever they show."""
