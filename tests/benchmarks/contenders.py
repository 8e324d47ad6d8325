"""The scorers: how each is run, in a process of its own or in this one, and what it answers."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import spanf1
from spanf1.core.scores import f_scores
from spanf1.resampling.draws import cores
from spanf1.resampling.inference import randomization_test
from tests.benchmarks.inputs import SEED, TYPES, Ids, Lists
from tests.benchmarks.measure import Command
from tests.benchmarks.plain import RESAMPLES, Counts

#: the other scorers, by the name of their package
OTHERS = ("seqscore", "seqeval", "nervaluate")

_SPANF1 = "from spanf1.cli import main; main(prog_name='spanf1')"
_SEQSCORE = "from seqscore.scripts.seqscore import cli; cli(prog_name='seqscore')"
#: what is written around seqeval to score a file with it
_SEQEVAL_SCRIPT = """
import sys
from seqeval.metrics import f1_score
gold, predicted = [[]], [[]]
with open(sys.argv[1]) as file:
    for line in file:
        fields = line.split()
        if fields:
            gold[-1].append(fields[-2])
            predicted[-1].append(fields[-1])
        elif gold[-1]:
            gold.append([])
            predicted.append([])
print(f1_score(gold, predicted))
"""


#: what is written around nervaluate to score two files of texts and spans with it
_NERVALUATE_SCRIPT = """
import json, sys
from nervaluate import Evaluator
sides, types = [], set()
for path in sys.argv[1:]:
    with open(path) as file:
        sides.append([json.loads(line)["spans"] for line in file])
    types.update(span["label"] for spans in sides[-1] for span in spans)
print(Evaluator(*sides, tags=sorted(types), loader="dict").evaluate()["overall"]["strict"].f1)
"""


def installed(package: str) -> str | None:
    """Return the version of a package, or None if it is not there."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


# Commands.


def _python(code: str, *arguments: str | Path) -> Command:
    return Command((sys.executable, "-c", code, *map(str, arguments)))


def score(*arguments: str | Path) -> Command:
    """``spanf1 score``."""
    return _python(_SPANF1, "score", *arguments)


def command(name: str, *arguments: str | Path) -> Command:
    """Any command of ``spanf1``."""
    return _python(_SPANF1, name, *arguments)


def conlleval(path: Path) -> Command:
    """``spanf1 conlleval``."""
    return _python(_SPANF1, "conlleval")._replace(stdin=path)


def perl_conlleval(script: Path, path: Path) -> Command:
    """The reference script."""
    return Command(("perl", str(script)), path)


def seqscore(gold: Path, predicted: Path) -> Command:
    """``seqscore score``, which takes two files, and repairs as conlleval understands."""
    options = "--labels BIO --repair-method conlleval --quiet --score-format delim --full-precision"
    return _python(_SEQSCORE, "score", *options.split(), "--reference", gold, predicted)


def change(name: str, path: Path, output: Path, *options: str) -> Command:
    """``spanf1 repair`` or ``convert`` of a file of two columns into another."""
    return _python(_SPANF1, name, path, "--quiet", *options, "--output", output)


def seqscore_repair(path: Path, output: Path) -> Command:
    """``seqscore repair``, by its method that `begin` is."""
    options = "--labels BIO --repair-method conlleval --output-delim tab --quiet"
    return _python(_SEQSCORE, "repair", *options.split(), path, output)


def seqscore_convert(path: Path, output: Path) -> Command:
    """``seqscore convert``."""
    options = "--input-labels BIO --output-labels BIOES --output-delim tab"
    return _python(_SEQSCORE, "convert", *options.split(), path, output)


def nervaluate_script(gold: Path, predicted: Path) -> Command:
    """A script that reads JSON Lines of texts and spans, and scores them with nervaluate."""
    return _python(_NERVALUATE_SCRIPT, gold, predicted)


def seqeval_script(path: Path) -> Command:
    """The script around seqeval."""
    return _python(_SEQEVAL_SCRIPT, path)


def compare_systems(gold: Path, *systems: Path | str) -> Command:
    """``spanf1 compare``."""
    return _python(_SPANF1, "compare", gold, *systems)


def help_text() -> Command:
    """``spanf1 --help``."""
    return _python(_SPANF1, "--help")


def import_evaluate() -> Command:
    """Python with spanf1 as far as `evaluate` needs it."""
    return _python("import spanf1; spanf1.evaluate")


def import_numpy() -> Command:
    """What any scorer that uses numpy takes at least."""
    return _python("import numpy")


# Functions, in this process. They import when they are called: a package may not be installed.


def evaluate(tags: Lists) -> spanf1.Result:
    """`spanf1.evaluate`, as it is by default."""
    return spanf1.evaluate(*tags)


def evaluate_f1(tags: Lists) -> float:
    """`spanf1.evaluate`, and the micro F1."""
    return spanf1.evaluate(*tags).micro.f1


def update(metric: spanf1.SpanF1, tags: Lists) -> None:
    """Add tags to what an accumulator has."""
    metric.update(tags.predicted, tags.gold)


def evaluate_ids(ids: Ids) -> spanf1.Result:
    """`spanf1.evaluate` of label ids."""
    return spanf1.evaluate(ids.gold, ids.predicted, labels=ids.labels)


def _strings(ids: Ids) -> Lists:
    """Return ids as tags, by a list comprehension, as most training scripts do."""
    predicted = [
        [ids.labels[p] for p, gold in zip(*rows, strict=True) if gold != -100]
        for rows in zip(ids.predicted, ids.gold, strict=True)
    ]
    gold = [[ids.labels[g] for g in row if g != -100] for row in ids.gold]
    return Lists(gold, predicted)


def ids_to_f1(ids: Ids) -> float:
    """Strings of ids, then seqeval's `f1_score`."""
    return seqeval_f1(_strings(ids))


def ids_to_report(ids: Ids) -> tuple[Any, float]:
    """Strings of ids, then seqeval's report and accuracy: what Hugging Face's metric computes."""
    from seqeval.metrics import accuracy_score

    tags = _strings(ids)
    return seqeval_report(tags, output_dict=True), float(accuracy_score(*tags))


def evaluate_strict(tags: Lists) -> spanf1.Result:
    """`spanf1.evaluate`, strict."""
    return spanf1.evaluate(*tags, scheme="IOB2", reading="strict")


def evaluate_report(tags: Lists) -> str:
    """`spanf1.evaluate`, and its report as text."""
    return str(spanf1.evaluate(*tags))


def parquet_to_f1(path: Path) -> float:
    """The usual recipe: rows to lists, ids to strings, and `f1_score` of seqeval."""
    import pyarrow.parquet as pq
    from seqeval.metrics import f1_score

    table = pq.read_table(path)
    info = json.loads(table.schema.metadata[b"huggingface"])["info"]
    labels = info["features"]["gold"]["feature"]["names"]
    gold, predicted = (
        [[labels[number] for number in row] for row in table[name].to_pylist()]
        for name in Lists._fields
    )
    return float(f1_score(gold, predicted))


def records_to_f1(path: Path) -> float:
    """The usual recipe: every line to lists of tags, and `f1_score` of seqeval."""
    from seqeval.metrics import f1_score

    with open(path, encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    return float(f1_score(*([record[name] for record in found] for name in Lists._fields)))


def drop_in_f1(tags: Lists) -> float:
    """`f1_score` of the drop-in for seqeval, as it is by default."""
    from spanf1.compat.seqeval.metrics import f1_score

    return float(f1_score(*tags))


def drop_in_f1_strict(tags: Lists) -> float:
    """`f1_score` of the drop-in for seqeval, strict."""
    from spanf1.compat.seqeval.metrics import f1_score
    from spanf1.compat.seqeval.scheme import IOB2

    return float(f1_score(*tags, mode="strict", scheme=IOB2))


def drop_in_report(tags: Lists, **options: Any) -> Any:
    """`classification_report` of the drop-in for seqeval."""
    from spanf1.compat.seqeval.metrics import classification_report

    return classification_report(*tags, **options)


def seqeval_f1(tags: Lists) -> float:
    """`f1_score` of seqeval, as it is by default."""
    from seqeval.metrics import f1_score

    return float(f1_score(*tags))


def seqeval_f1_strict(tags: Lists) -> float:
    """`f1_score` of seqeval, strict."""
    from seqeval.metrics import f1_score
    from seqeval.scheme import IOB2

    return float(f1_score(*tags, mode="strict", scheme=IOB2))


def seqeval_report(tags: Lists, **options: Any) -> Any:
    """`classification_report` of seqeval."""
    from seqeval.metrics import classification_report

    return classification_report(*tags, **options)


def nervaluate(tags: Lists) -> dict[str, Any]:
    """`Evaluator.evaluate` of nervaluate, which counts by four measures at once."""
    from nervaluate import Evaluator

    answer: dict[str, Any] = Evaluator(*tags, tags=[*TYPES], loader="list").evaluate()
    return answer


# Resampling by spanf1. The plain way is in `plain`.


def score_file(path: Path) -> object:
    """`spanf1.score_file`, and its figures."""
    return spanf1.score_file(path).averages


def intervals(path: Path) -> spanf1.Result:
    """`spanf1.score_file`, and the intervals of its figures."""
    result = spanf1.score_file(path, confidence=0.95)
    assert result.certainty
    return result


def randomization(counts: Counts) -> float:
    """Return the p-value of a difference in micro F1 of two systems, (sentences, 2, 3)."""
    rows, weights = np.unique(counts.reshape(len(counts), -1), axis=0, return_counts=True)
    tested = randomization_test(
        rows.reshape(-1, *counts.shape[1:]),
        weights,
        lambda sums: f_scores(sums)[..., None],
        RESAMPLES,
        SEED,
        threads=cores(),
    )
    return float(tested.p_values[0, 0])


# What they answer, in one form.


class Figures(NamedTuple):
    """What every scorer tells: with the number of gold spans, that determines all counts."""

    precision: float
    recall: float
    f1: float
    gold: int


#: figures by type, and all together as "micro"
Scores = dict[str, Figures]


def result_scores(result: spanf1.Result) -> Scores:
    """Return what `spanf1.evaluate` found."""
    return json_scores(result.to_dict())


def json_scores(data: Mapping[str, Any]) -> Scores:
    """Return what `spanf1 score --format json` says."""
    rows = data["types"] | {"micro": data["micro"]}
    return {
        name: Figures(*(row[figure] for figure in Figures._fields)) for name, row in rows.items()
    }


def command_scores(command: Command) -> Scores:
    """Run `spanf1 score --format json` and return what it says."""
    return json_scores(json.loads(command.run()))


def seqscore_scores(command: Command) -> Scores:
    """Run seqscore and return what it says: type, P, R, F1 and three counts, gold the first."""
    rows = [line.split("\t") for line in command.run().decode().splitlines()[1:]]
    return {
        name.replace("ALL", "micro"): Figures(float(p), float(r), float(f), int(gold))
        for name, p, r, f, gold, *_ in rows
    }


def seqeval_scores(tags: Lists, **options: Any) -> Scores:
    """Return what seqeval's report says."""
    report = seqeval_report(tags, output_dict=True, **options)
    report["micro"] = report.pop("micro avg")
    del report["macro avg"], report["weighted avg"]
    return {
        name: Figures(row["precision"], row["recall"], row["f1-score"], row["support"])
        for name, row in report.items()
    }


def nervaluate_scores(tags: Lists) -> Scores:
    """Return what nervaluate says about spans of which both the place and the type are right."""
    answer = nervaluate(tags)
    rows = answer["entities"] | {"micro": answer["overall"]}
    strict = {name: row["strict"] for name, row in rows.items()}
    return {
        name: Figures(row.precision, row.recall, row.f1, row.possible)
        for name, row in strict.items()
    }
