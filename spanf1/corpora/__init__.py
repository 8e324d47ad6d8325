"""What was published about corpora, their files fetched, and copies and scores held against it."""
