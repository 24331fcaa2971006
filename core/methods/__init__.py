"""One explanation method per file; each registers itself."""
