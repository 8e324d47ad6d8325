"""F1 over training steps, over sizes of training data, and over time."""
