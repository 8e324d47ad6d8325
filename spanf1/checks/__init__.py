"""Tags and spans checked and changed: detected, validated, repaired, converted."""
