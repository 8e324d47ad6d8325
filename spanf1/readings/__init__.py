"""What each scorer in use makes of the same tags, and where they part.

`scorers` names them, `views` reads a run of tags as each does, `steps` and `disputes` find the
steps that they take otherwise, `comparing` makes a `comparison` of it; `encodings` writes the
gold spans in every scheme.
"""
