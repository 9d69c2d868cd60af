"""The shape of the data: every table and field declared once, everything else derived."""
