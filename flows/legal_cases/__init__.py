"""Legal cases on the command line: `motcua law test FILE`."""
