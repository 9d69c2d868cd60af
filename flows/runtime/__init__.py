"""Running it: the Prefect server and worker as children, their settings, and what tells whether all is well."""
