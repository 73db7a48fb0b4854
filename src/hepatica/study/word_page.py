"""The words of study.toml as tables for the manual, made from the vocabulary itself."""

from __future__ import annotations

from hepatica.study.vocabulary import analysis_variables, variables, vocabularies, words


def render_words() -> str:
    """Markdown of every vocabulary, every eligibility variable and every ADSL column."""
    lines = ["### Words", "", "| key | words |", "|---|---|"]
    lines += [f"| {name} | {_coded(words(name))} |" for name in vocabularies()]
    lines += ["", "### Variables of eligibility criteria", ""]
    lines += ["| variable | means | kind | units or values | window |", "|---|---|---|---|---|"]
    for variable in variables().values():
        values = _coded(variable.units or tuple(map(str, variable.codes)))
        window = "needed" if variable.timed else ""
        lines.append(
            f"| `{variable.name}` | {variable.label} | {variable.kind} | {values} | {window} |"
        )
    lines += ["", "### Columns that an analysis may name", ""]
    lines += ["| column | means | kind | unit |", "|---|---|---|---|"]
    for column in analysis_variables().values():
        lines.append(f"| `{column.name}` | {column.label} | {column.kind} | {column.unit} |")
    return "\n".join(lines) + "\n"


def _coded(texts: tuple[str, ...]) -> str:
    return ", ".join(f"`{text}`" for text in texts if text)
