"""Parts of every run: the day it reports, its stages, its progress and its outcome."""
