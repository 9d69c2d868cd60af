"""Titles in Vietnamese and English, as every declaration of the configuration holds them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Title(BaseModel):
    """What an official reads, and what an engineer reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    vi: str = Field(min_length=1)
    en: str = Field(min_length=1)
