"""``python -m spanf1`` is the command ``spanf1``."""

from spanf1.cli import main

if __name__ == "__main__":
    main(prog_name="spanf1")
