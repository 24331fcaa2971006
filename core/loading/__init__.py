"""The one door for tables, model files and samples."""
