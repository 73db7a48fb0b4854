"""The statistical test that a paper names, as far as its p can be computed from what is printed."""

from __future__ import annotations

from dataclasses import dataclass

# Tests whose p depends on more than counts, or than means and standard deviations.
_NOT_FROM_SUMMARY = (
    "adjust", "anco", "bootstrap", "breslow", "cochran-mantel", "cmh", "cox", "friedman", "gee",
    "gehan", "kolmogorov", "kruskal", "log-rank", "logistic", "logrank", "mann", "mantel",
    "match", "mcnemar", "median test", "mixed", "multivari", "paired", "permutation", "propensity",
    "rank", "regression", "repeated", "stratif", "u test", "u-test", "weight", "wilcoxon",
)  # fmt: skip
_WORDS = {
    "Fisher": ("fisher", "exact test"),
    "chi-square": ("chi", "χ", "x2", "x²", "pearson"),
    "Student": ("student", "t test", "t-test", "unpaired"),
    "ANOVA": ("anova", "analysis of variance"),
    "Welch": ("welch", "unequal variance"),
    "trend": ("trend", "armitage"),
    "z": ("z test", "z-test"),
}
_OF_TABLES = frozenset({"Fisher", "chi-square", "trend", "z"})


@dataclass(frozen=True, slots=True)
class NamedTest:
    """`families` the tests named, none where the paper names none; `one_sided` as it says."""

    families: tuple[str, ...]
    one_sided: bool

    def gives(self, test: str) -> bool:
        """Tell whether the test, by its name in `p_value.py`, is one that the paper names."""
        return any(test.startswith(family) for family in self.families) or (
            "Student" in self.families and test in {"Welch", "ANOVA"}
        )


def named_test(method: str, *, of_table: bool) -> NamedTest | None:
    """The test that the words name; None where its p cannot come from a table, or from means.

    ``unpaired`` is a t test of two groups, ``paired`` cannot be recomputed.
    """
    words = method.lower().replace("–", "-").replace("unpaired", "student")
    if any(word in words for word in _NOT_FROM_SUMMARY):
        return None
    families = tuple(name for name, hints in _WORDS.items() if any(h in words for h in hints))
    fitting = tuple(name for name in families if (name in _OF_TABLES) == of_table)
    if families and not fitting:
        return None
    one_sided = any(w in words for w in ("one-sided", "one sided", "one-tailed", "one tailed"))
    return NamedTest(fitting, one_sided)
