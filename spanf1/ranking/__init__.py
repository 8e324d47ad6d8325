"""Several systems on one gold: which is better, and how sure that is."""
