"""Files fetched from the network: whole and as they should be, or not at all.

`addresses` says where a file is to be had and opens it there, by `connections` with a time limit;
`fetching` brings it, `parts` keeps what has come so far, `unpacking` unpacks archives, `folders`
says where it all goes.
"""

from spanf1.corpora.download.addresses import name_of, plain_name
from spanf1.corpora.download.fetching import Fetched, fetch
from spanf1.corpora.download.folders import cache_folder
from spanf1.corpora.download.unpacking import unpack

__all__ = ["Fetched", "cache_folder", "fetch", "name_of", "plain_name", "unpack"]
