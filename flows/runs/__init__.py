"""What every run has: the day it reports, its stages, its progress and its outcome."""
