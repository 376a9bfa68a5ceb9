"""Keep: what a run leaves of everybody, because a million full courses fit on no disk."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from resynapse.study.fields import Part


class Keep(Part):
    """What is kept of everybody: values at all visits, or one number for each endpoint; and full courses of the first `courses` people."""

    what: Literal["visits", "endpoints"] = "visits"
    courses: int = Field(default=0, ge=0, le=100_000, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _word(cls, read: Any) -> Any:
        return {"what": read} if isinstance(read, str) else read
