"""Corpora for a catalogue of one's own."""

from __future__ import annotations

CORPUS = """
[corpora.toy]
title = "Toy, a corpus"
aliases = ["Toy-1", "spielzeug"]
task = "named entities"
language = "English"
licence = "CC BY 4.0"
open = true
homepage = "https://example.org"
obtain = "Anyone may download it."
citation = "A. Author. 2001. A corpus."
source = "Author 2001, table 1"
scheme = "BIO"
encoding = "UTF-8"
columns = ["token", "tag"]
delimiter = "tab"
"""
CLOSED = """
[corpora.closed]
title = "A corpus under a licence"
task = "chunks"
language = "English"
licence = "LDC"
open = false
homepage = "https://example.org"
obtain = "It is to be had from the LDC."
citation = "B. Author. 1999."
source = "Author 1999"
scheme = "IOB1"
encoding = "UTF-8"
columns = ["token", "pos", "tag"]
delimiter = "space"
note = "An odd one."
sentences_include_documents = true
[corpora.closed.splits.train]
files = ["train.txt"]
[corpora.closed.splits.testb]
files = ["testb.txt"]
tokens = 7
"""
