"""Agreement: how far several annotators mark the same spans, and where they do not."""
