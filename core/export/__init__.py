"""Results as files: JSON, CSV, pictures, HTML."""

from core.export.csv import to_csv
from core.export.figure import to_figure
from core.export.page import to_html
from core.export.picture import to_picture
from core.export.public import to_json

__all__ = ["to_csv", "to_figure", "to_html", "to_json", "to_picture"]
