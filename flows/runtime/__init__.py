"""Runtime: the Prefect server and worker as children, their settings, and their health."""
