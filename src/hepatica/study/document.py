"""What a protocol asks to be written: documents, patient profiles, checklists and their answers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hepatica.study.part import Block
from hepatica.study.vocabulary import Word


class ChecklistAnswer(Block):
    """The author's answer to one item of a checklist; `text` says where or why, and is printed."""

    checklist: Annotated[str, Word("checklist")]
    item: Annotated[str, Field(min_length=1, max_length=8)]
    status: Annotated[str, Word("checklist_status")]
    text: Annotated[str, Field(min_length=1)]


class ReportPlan(Block):
    """Everything under [report].

    `documents` are written beside report.html, which always is. `profiles` of None means for
    studies of few patients only. Without `checklists` both are printed.
    """

    documents: tuple[Annotated[str, Word("document")], ...] = Field(
        default=("html", "docx", "pdf", "rtf"), strict=False
    )
    profiles: bool | None = None
    checklists: tuple[Annotated[str, Word("checklist")], ...] = Field(
        default=("TREND", "STROBE"), strict=False
    )
    answers: Annotated[tuple[ChecklistAnswer, ...], Field(alias="answer", strict=False)] = ()
