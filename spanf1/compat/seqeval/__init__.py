"""A drop-in for seqeval 1.2.2: ``from spanf1.compat.seqeval.metrics import f1_score``.

The modules are those of seqeval: `metrics`, `metrics.sequence_labeling`, `metrics.v1`, `scheme`
and `reporters`. Where seqeval gives a result, it is the same one, to the last bit.
"""
