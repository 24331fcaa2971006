"""Model files of the boosters, read and checked in Python before their native parsers see them."""
