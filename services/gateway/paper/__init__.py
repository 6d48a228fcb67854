"""A statement as a file to keep: read whole from the ledger with a code to check it by, then written as CSV or PDF."""

from services.gateway.paper.answering import download, pdf
from services.gateway.paper.reading import CSV_MOST, PDF_MOST, Paper, Row, TooLong, read
from services.gateway.paper.spreadsheet import csv_text

__all__ = ["CSV_MOST", "PDF_MOST", "Paper", "Row", "TooLong", "csv_text", "download", "pdf", "read"]
