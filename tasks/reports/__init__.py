"""Reports that people read: workbooks, the page, artifacts, explanations."""
