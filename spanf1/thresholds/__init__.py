"""Predictions with confidences: what each threshold keeps, and what the confidences are worth."""
