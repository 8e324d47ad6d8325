"""Pages: scores and errors as one HTML file, which works offline and loads nothing."""
