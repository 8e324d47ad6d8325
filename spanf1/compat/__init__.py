"""Other libraries' names, defaults and messages over ours: to change one import, and no more."""
