"""One file per model format: check the structure first, then the library's own parser."""
