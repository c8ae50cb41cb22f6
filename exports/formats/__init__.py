"""The formats: a sheet as terminal table, CSV, JSON or workbook; payment files; the journal for other software."""
