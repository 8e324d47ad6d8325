"""The catalogue of corpora: what was published about each, and where it is to be had.

It holds facts and addresses, no text of any corpus. `entries` are what it is made of, `loading`
reads it from a TOML file.
"""

from spanf1.catalogue.entries import (
    FIGURES,
    Catalogue,
    Corpus,
    PublishedScore,
    Split,
    agrees,
    decimals,
)
from spanf1.catalogue.loading import catalogue_path, load

__all__ = [
    "FIGURES",
    "Catalogue",
    "Corpus",
    "PublishedScore",
    "Split",
    "agrees",
    "catalogue_path",
    "decimals",
    "load",
]
