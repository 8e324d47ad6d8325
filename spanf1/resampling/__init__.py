"""How sure a score is: confidence intervals and paired tests, by resampling units.

A unit is a sentence or a document. `draws` resamples units by the distinct rows of their counts,
`figures` makes scores of many sums at once, `intervals` and `significance` are what comes of it.
"""
