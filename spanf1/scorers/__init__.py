"""What each scorer in use makes of the same tags, and where they differ."""
