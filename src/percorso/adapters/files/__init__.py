"""Files as tables: CSV, Parquet and JSON Lines read, joined, grouped and made into wire items, in DuckDB."""

from percorso.adapters.files.prepare import DuckFiles, Prepared

__all__ = ["DuckFiles", "Prepared"]
