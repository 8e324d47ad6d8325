"""What is in files: counts, surface forms, and what training data knows of them."""
