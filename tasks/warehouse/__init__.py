"""SQLAlchemy and COPY: the only way into and out of the warehouse."""
