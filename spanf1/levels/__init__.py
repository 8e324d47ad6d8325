"""What is judged in place of spans: tokens one by one; sentences and documents as wholes."""
