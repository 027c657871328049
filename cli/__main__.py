"""`python -m comity.cli` is `comity`."""

from comity.cli import main

main(prog_name="comity")
