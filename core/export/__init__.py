"""Results as files: JSON, CSV, pictures, HTML."""
