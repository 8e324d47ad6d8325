"""How sure a score is: confidence intervals and paired tests, by resampling units.

A unit is a sentence or a document. `draws` resamples units by the distinct rows of their counts;
`intervals` and `significance` are made of what a statistic says of the sums.
"""
