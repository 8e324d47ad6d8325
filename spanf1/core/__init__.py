"""What tags, spans, counts and scores are: arrays and integers; no file, no format."""
