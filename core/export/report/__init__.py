"""The report: linked panels as one HTML file that needs no server."""

from core.export.report.page import report
from core.export.report.panels import PANELS, Answers, Panel, Studio
from core.export.report.studio import studio

__all__ = ["PANELS", "Answers", "Panel", "Studio", "report", "studio"]
