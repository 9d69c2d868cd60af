"""Sources as tables: text tables, workbooks and web pages, sheet by sheet."""
