"""Write the reference part of the manual from the code: `make docs`.

`reference_pages()` gives each page's text; a house test fails when a page in the repository is
another one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from hepatica.analysis.result import ANALYSES, COLUMNS, STATISTICS
from hepatica.audit.claim import BRACKETS, EVERYONE, OUTSIDE
from hepatica.audit.claim import STATISTICS as CLAIM_STATISTICS
from hepatica.audit.claim_key import ALIASES
from hepatica.audit.claim_row import COLUMNS as CLAIM_COLUMNS
from hepatica.audit.claim_toml import CLAIM_KEYS, PAPER_KEYS, POPULATION_KEYS
from hepatica.audit.word import bracket_words, statistic_words, variable_names, variables
from hepatica.cli.main import app
from hepatica.clinic.dataset import datasets
from hepatica.clinic.rules.ctcae.table import (
    VERSIONS,
    atom_sources,
    other_names,
    rule_text,
    term_of,
    terms,
)
from hepatica.clinic.rules.score.catalogue import ScoreInput, scores
from hepatica.core.finding_code import finding_codes
from hepatica.records.table import tables

FOLDER = Path(__file__).parent / "reference"
_ROOMS = {
    "R": "Records",
    "S": "Study",
    "L": "Lesions",
    "C": "Clinic",
    "A": "Analysis",
    "P": "Published papers",
    "I": "Imaging",
}


def reference_pages() -> dict[str, str]:
    """Text of every generated page by file name."""
    return {
        "records.md": "\n".join(_records()),
        "datasets.md": "\n".join(_datasets()),
        "findings.md": "\n".join(_findings()),
        "results.md": "\n".join(_results()),
        "scores.md": "\n".join(_scores()),
        "ctcae.md": "\n".join(_ctcae()),
        "claims.md": "\n".join(_claims()),
        "commands.md": "\n".join(_commands()),
    }


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _head(*cells: str) -> str:
    return _row(*cells) + "\n|" + "---|" * len(cells)


def _records() -> Iterator[str]:
    yield "# Records: tables and columns\n"
    yield "Generated from `src/hepatica/records/tables.toml`. A sheet of the workbook bears the title in quotes; a CSV file bears the table's name. A column is found by its name or by its heading. Columns marked * must be filled. Dates may be partial (2016, 2016-03); the last column says which day they take.\n"
    for table in tables().values():
        key = ", ".join(table.key) or "none"
        yield f"## {table.name} (“{table.title}”)\n\n{table.help} SDTM domain {table.domain}; unique: {key}.\n"
        yield _head("column", "heading", "type", "unit", "expected", "SDTM", "partial date")
        for column in table.columns:
            yield _row(
                f"`{column.name}`" + ("*" if column.required else ""),
                column.label,
                column.kind,
                column.unit,
                column.expected + (f"; codes: {', '.join(column.codes)}" if column.codes else ""),
                column.sdtm,
                column.impute + " day" if column.kind == "date" else "",
            )
        yield ""


def _datasets() -> Iterator[str]:
    yield "# Analysis datasets\n"
    yield "Generated from `src/hepatica/clinic/adam.toml`. Written by `hepatica report` as `adam/*.parquet` and `adam/*.csv`.\n"
    for dataset in datasets().values():
        yield f"## {dataset.name}: {dataset.label}\n"
        yield _head("variable", "label", "type", "from")
        for variable in dataset.variables:
            yield _row(f"`{variable.name}`", variable.label, variable.type, variable.derivation)
        yield ""


def _findings() -> Iterator[str]:
    yield "# Findings\n"
    yield "Generated from `src/hepatica/core/finding_codes.toml`. An *error* stops the report until it is mended or accepted with a reason (`accepted.toml`); a *warning* and a *note* do not.\n"
    yield "A finding reads `PLACE LEVEL CODE: found X; expected Y (hint)`.\n"
    for code in finding_codes().values():
        room = _ROOMS[code.code[0]]
        yield f"## {code.code} {code.title}\n\n{room}, {code.level}. {code.means}\n\n{code.mend}\n"


def _ctcae() -> Iterator[str]:
    yield "# CTCAE grades\n"
    yield "Generated from `src/hepatica/clinic/rules/ctcae`: `atoms.csv` (every comparison with its source), `terms.csv`, `names.csv`. The rule that reads them is `grade.sql`; its choices stand at its head. How to use the grades: [safety](../how-to/read-safety.md).\n"
    yield "A grade is the highest one with a clause that holds, 0 where none does, and missing where a limit, a baseline or a fact is missing that could change it. *Source*: verified against the NCI table of 5.0 and the grading data of the R package admiral; from memory; or a choice of ours where CTCAE is silent. ULN, LLN: limits of normal. Where two thresholds stand with a stroke between them, the laboratory's unit decides. SYMPT symptoms, ANTICOAG an anticoagulant, other words in capitals as in `facts.csv`.\n"
    for version in VERSIONS:
        yield f"## Version {version}\n"
        yield _head("term", "MedDRA", "test", "grade 1", "grade 2", "grade 3", "grade 4", "source")
        graded = [t for t in terms() if t.version == version and t.test]
        for term in graded:
            rules = [rule_text(version, term.term, grade) for grade in (1, 2, 3, 4)]
            source = ", ".join(atom_sources(version, term.term))
            yield _row(term.term, term.meddra_code, term.test, *rules, source)
        yield ""
    yield "## Grades that a term can have\n"
    yield "A collected grade that is not among them is finding C050. Death is grade 5.\n"
    yield _head("term", "MedDRA", *(f"grades in {version}" for version in VERSIONS), "source")
    for term in (t for t in terms() if t.version == "5.0"):
        found = [term_of(version)[term.term.lower()].grades for version in VERSIONS]
        words = [", ".join(map(str, grades)) for grades in found]
        yield _row(term.term, term.meddra_code, *words, term.source)
    yield ""
    yield "## Other names\n"
    yield _head("name", "read as")
    for name, stands_for in other_names().items():
        told = "; ".join(stands_for) or "no term of CTCAE"
        no_term = name in other_names(no_term=True) and stands_for
        yield _row(name, f"{told} (itself no term of CTCAE)" if no_term else told)
    yield ""


def _claims() -> Iterator[str]:
    yield "# Claims files\n"
    yield "Generated from `src/hepatica/audit`: the list of statistics in `claim.py`, the words in `claim_words.toml`. How to write one: [claims](../how-to/write-claims.md).\n"
    yield "## Keys\n"
    yield _head("table", "keys")
    for table, keys in (
        ("[paper]", PAPER_KEYS),
        ("[[population]]", POPULATION_KEYS),
        ("[[claim]]", CLAIM_KEYS),
    ):
        yield _row(f"`{table}`", ", ".join(f"`{key}`" for key in keys))
    yield ""
    outside = ", ".join(f"`{name}`" for name in sorted(OUTSIDE))
    yield f"Every value is text, but for `size`, a whole number, and `bracket` and `between`, lists of texts. `bracket_is` is one of {', '.join(f'`{kind}`' for kind in BRACKETS)}; `conf_level` is 95 where it is not given. A claim without `population` is about `{EVERYONE}`; {outside} are not patients of the study.\n"
    yield "## Columns of a CSV\n"
    yield _head("column", "other names that are read")
    for column in CLAIM_COLUMNS:
        yield _row(f"`{column}`", ALIASES.get(column, "").replace(" ", ", "))
    yield ""
    yield "`N` in capitals is the denominator, `n` the count. Only `statistic` must be there.\n"
    yield "## Statistics\n"
    yield _head("statistic", "what it claims", "other words")
    for name, meaning in CLAIM_STATISTICS.items():
        yield _row(f"`{name}`", meaning, ", ".join(statistic_words(name)))
    yield ""
    yield "## Brackets\n"
    yield _head("kind", "other words")
    for kind in BRACKETS:
        yield _row(f"`{kind}`", ", ".join(bracket_words(kind)))
    yield ""
    yield "## Variables that the rules know\n"
    yield "Any other word is a variable as well; what the paper says of it in several places is compared, but no clinical rule knows it. *One*: a patient has at most one of the levels; *all*: every patient has one. An adverse event is `AE` and its term, its level `any`, a grade or grades (`3-4`).\n"
    yield _head("variable", "type", "levels", "other words", "levels are")
    for known in variables().values():
        levels = dict.fromkeys(known.levels.values())
        are = ", ".join(
            w for w, is_so in (("one", known.exclusive), ("all", known.exhaustive)) if is_so
        )
        words = ", ".join(variable_names(known.name))
        yield _row(f"`{known.name}`", known.type, ", ".join(levels), words, are)
    yield ""


def _results() -> Iterator[str]:
    yield "# The results table\n"
    yield "Generated from `src/hepatica/analysis/result.py`. `results.csv` and `results.parquet` hold one row a number, unrounded; a number that does not exist is blank and its note says why. `results_trace.parquet` holds the subjects behind each row.\n"
    yield "Columns: " + ", ".join(f"`{name}`" for name in COLUMNS) + ".\n"
    yield "`analysis` is one of " + ", ".join(f"`{name}`" for name in ANALYSES) + ".\n"
    yield "`statistic` is one of " + ", ".join(f"`{name}`" for name in STATISTICS) + ".\n"


def _scores() -> Iterator[str]:
    yield "# Clinical scores\n"
    yield "Generated from `src/hepatica/clinic/rules/score`: the catalogue `scores.toml` and the rule of each score, an SQL file. How to use them: [scores](../how-to/score.md).\n"
    yield "In a study every score is derived on each day on which one of its inputs is on record (ADSC), from the last values up to that day; *stands for* is for how many days a value counts. A value outside *plausible* is refused. A missing input gives no result. Laboratory values reported as a limit (<, >) count where every value beyond the limit has the same points.\n"
    yield _head("score", "title", "ADSC")
    for score in scores().values():
        codes = ", ".join(f"`{p.code}`" for p in score.parameters)
        yield _row(f"[{score.id}](#{score.id})", score.title, codes)
    yield ""
    for score in scores().values():
        yield f"## {score.id}\n\n{score.title}."
        if score.defined:
            yield f"Defined: {score.defined}"
        if score.study:
            yield f"Not derived in a study: {score.study}"
        yield "\n```\n" + "\n".join(score.remarks()) + "\n```\n"
        yield _head("input", "what", "column of the rule", "plausible", "not given", "stands for")
        for one in score.inputs:
            yield _score_row(one)
        yield ""
        yield from (f"- {text}" for text in score.citations)
        yield ""


def _score_row(one: ScoreInput) -> str:
    known = one.variable
    words = ", ".join(known.codes) or ("Y or N" if known.kind == "flag" else "")
    unit = "" if known.unit in ("", "1") else f" {known.unit}"
    plain = words or f"{known.low:g} to {known.high:.10g}{unit}"
    default = {True: "Y", False: "N"}.get(one.default, one.default)
    if known.score:
        absent = f"derived ({known.score})"
    elif one.default is not None:
        absent = str(default)
    else:
        absent = "unknown" if one.optional else "no result"
    stands = "always" if known.carry_days is None else f"{known.carry_days} days"
    inner = "" if one.unit in ("", "1") else f", {one.unit}"
    return _row(
        f"`{known.name}`",
        known.label,
        f"`{one.column}`{inner}",
        plain,
        absent,
        stands if known.carry_days != 0 else "",
    )


def _commands() -> Iterator[str]:
    yield "# Commands\n"
    yield "Generated from `src/hepatica/cli/main.py`. Exit codes: 0 done; 1 ran, with findings at error level; 2 wrong usage or a bad study.toml; 3 input unreadable or refused.\n"
    for name in sorted(app.commands):
        yield from _command(f"hepatica {name}", app.commands[name])


def _command(name: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=name, max_content_width=96)
    context.terminal_width = 96
    yield f"## {name}\n\n```\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for part in sorted(command.commands):
            yield from _command(f"{name} {part}", command.commands[part])


def run() -> None:
    """Write every page."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in reference_pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(FOLDER / name)


if __name__ == "__main__":
    run()
