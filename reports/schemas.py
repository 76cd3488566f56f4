"""What the API takes and gives about reports, by shape alone; the numbers themselves are built as plain values."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from pydantic import BaseModel, Field

from bookings.schemas import Day, Slug, Taken
from reports import period
from reports.shape import Unit

Word = StrEnum("Word", {name: name for name in period.named(dt.date(2027, 1, 1))})  # type: ignore[misc]
MOST = 50
Slugs = list[Slug]


class Wanted(Taken):
    """A period by its name or by its days, and what the report is narrowed to."""

    word: Word | None = Field(None, alias="period", description="A period by its name, instead of `from` and `to`.")
    first: Day | None = Field(None, alias="from", description="First date, in the practice's zone.")
    last: Day | None = Field(None, alias="to", description="Last date, included; at most 20 years in all.")
    therapist: Slugs = Field([], max_length=MOST, description="Slugs of therapists; may be repeated.")
    session_type: Slugs = Field([], max_length=MOST, description="Slugs of session types; may be repeated.")
    room: Slugs = Field([], max_length=MOST, description="Slugs of rooms; may be repeated.")


class ReportListed(BaseModel):
    slug: str
    title: str
    answers: str = Field(description="The question that it answers.")


class Reports(BaseModel):
    reports: list[ReportListed]


class Days(BaseModel):
    first: dt.date = Field(alias="from")
    last: dt.date = Field(alias="to")


class ColumnShown(BaseModel):
    key: str
    label: str
    unit: Unit = Field(description="Minutes are whole minutes, a share lies between 0 and 1.")
    meaning: str = Field(description="What the number means; empty where each row has its own.")


Cell = str | int | float | None


class TableShown(BaseModel):
    key: str
    title: str
    columns: list[ColumnShown]
    rows: list[list[Cell]] = Field(description="In the order of the columns; money is a text like 70.00.")
    total: list[Cell] | None
    units: list[Unit] | None = Field(description="Of each row, where they differ from row to row.")
    meanings: list[str] | None = Field(description="Of each row, likewise.")
    suppressed: bool = Field(description="Whether small counts stand as “not shown”.")


class SectionShown(BaseModel):
    sentences: list[str]
    table: TableShown


class ReportShown(BaseModel):
    slug: str
    title: str
    period: Days
    before: Days = Field(description="The stretch before it, which it is compared with.")
    year_before: Days = Field(description="The same a year before.")
    currency: str
    sentences: list[str]
    sections: list[SectionShown]
