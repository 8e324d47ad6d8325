"""The conlleval script of 2004, byte by byte."""
