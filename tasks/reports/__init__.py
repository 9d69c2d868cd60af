"""What people read: workbooks, the page, artifacts, explanations."""
