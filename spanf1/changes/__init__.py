"""Changes: what one system has right and another wrong, and whether that is more than noise."""
