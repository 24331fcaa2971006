"""One drawing per result kind, for the app and the report."""
