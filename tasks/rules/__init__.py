"""Rules: functions over frames and dates, without Prefect, Great Expectations or SQLAlchemy.

They read no clock: the day they judge is passed to them.
"""
