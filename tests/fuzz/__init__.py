"""Hostile input by the thousand: made from a seed, run in a child that is bounded, and judged."""
