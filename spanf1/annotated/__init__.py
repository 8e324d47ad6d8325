"""What is done with annotated documents, besides scoring: read, validated, described, converted."""
