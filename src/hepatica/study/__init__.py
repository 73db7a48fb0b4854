"""What was promised: study.toml read into one frozen `Study`, with findings by line."""

from hepatica.study.criterion import Criterion, Expression, criterion_sentence
from hepatica.study.model import Study

__all__ = ["Criterion", "Expression", "Study", "criterion_sentence"]
