"""The core: functions over frames and dates. No Prefect, no Great Expectations, no SQLAlchemy, no clock."""
