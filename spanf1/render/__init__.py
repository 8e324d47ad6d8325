"""A report as text, Markdown, LaTeX, CSV or JSON; it knows nothing of entities."""
