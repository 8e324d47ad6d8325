"""Numbers that others published, and that this project's corpus and data say of themselves."""

import csv
import re

import pytest

import spanf1
from tests.helpers.shared_data import ROOT, shared

SAMPLE = ROOT / "corpora" / "sample"


def percent(value):
    return f"{100 * value:.2f}"


def gold_counts(result):
    return {kind: row.gold for kind, row in result.types.items()}


# WNUT-17: Derczynski et al. 2017, table of results, entity F1; as given in the data's README.md.
# The gold file is separated by tabs, the submissions by tabs or spaces, with CRLF.

WNUT17 = {
    "arcada": "39.98",
    "drexel_cci": "26.30",
    "flytxt": "38.35",
    "mic-cis": "37.06",
    "sjtu_adapt": "40.42",
    "spinningbytes": "40.78",
    "uh_ritual": "41.86",
}


def wnut17_files(system):
    return shared("wnut17/gold.conll"), shared(f"wnut17/submissions/{system}.conll")


@pytest.mark.parametrize(("system", "f1"), WNUT17.items(), ids=WNUT17)
def test_wnut17(system, f1):
    by_position = system == "mic-cis"
    result = spanf1.score_file(*wnut17_files(system), align_by_position=by_position)
    assert percent(result.micro.f1) == f1
    # 23,394 tokens and 1,079 entities, says the data's README.md.
    assert (result.counts.tokens, result.micro.gold) == (23394, 1079)
    assert result.gold_schemes == ["IOB2"]
    assert result.input.aligned == ("position" if by_position else "token")


def test_the_submission_with_another_token_is_refused():
    gold, predicted = wnut17_files("mic-cis")
    with pytest.raises(spanf1.AlignmentError) as caught:
        spanf1.score_file(gold, predicted)
    assert str(caught.value) == f"{predicted}:2: token 'get' where {gold}:2 has 'gt'"
    assert caught.value.hint.startswith("--align-by-position ")


# CoNLL-2003: the F1 that each system's own publication gives, as in the data's README.md.

CONLL2003 = {"elmo_9222": "92.22", "flair_9303": "93.03"}


def stats_of(language, split):
    """Return a row of the statistics that the shared task published."""
    with shared("conll2003/stats.tsv").open(newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if (row.pop("language"), row.pop("split")) == (language, split):
                return {name: int(value) for name, value in row.items()}
    raise LookupError(language, split)


@pytest.mark.parametrize("reading", ["lenient", "strict", "conlleval"])
@pytest.mark.parametrize(("system", "f1"), CONLL2003.items(), ids=CONLL2003)
def test_conll2003(system, f1, reading):
    path = shared(f"conll2003/testb_labels.{system}.conll")
    assert percent(spanf1.score_file(path, reading=reading).micro.f1) == f1


@pytest.mark.parametrize("system", CONLL2003)
def test_conll2003_is_as_large_as_the_shared_task_says(system):
    result = spanf1.score_file(shared(f"conll2003/testb_labels.{system}.conll"))
    stats = stats_of("English", "testb")
    # Its sentences include one for each article's first line, which these files do not have.
    assert result.counts.sentences == stats.pop("sentences") - stats.pop("articles")
    assert result.counts.tokens == stats.pop("tokens")
    assert gold_counts(result) == stats
    assert result.micro.gold == 5648
    assert result.gold_schemes == result.pred_schemes == ["IOB2"]


# Wikigold and UNER: what the data's README.md says of them.


def test_wikigold():
    path = shared("wikigold/wikigold.conll")
    result = spanf1.score_file(path, path)
    assert result.gold_schemes[0] == result.pred_schemes[0] == "IOB1"
    assert result.ill_formed[0].spans == 0
    assert (result.micro.f1, result.micro.gold) == (1.0, 3558)
    # The 39,152 of the README.md include a line for the beginning of each article.
    assert result.counts.tokens + result.counts.documents == 39152


def test_uner():
    path = shared("uner_en_ewt/en_ewt-ud-test.iob2")
    result = spanf1.score_file(path, path, gold_column=3, pred_column=3, token_column=2)
    assert (result.micro.f1, result.micro.gold, result.counts.tokens) == (1.0, 1088, 25097)
    assert result.gold_schemes == ["IOB2"]
    with path.open(encoding="utf-8") as file:
        assert result.counts.sentences == sum(line.startswith("# sent_id") for line in file)


# The sample corpus: what its README.md says of it.

NUMBER = r"\|\s+([\d,]+)\s+"
COUNTS_COLUMNS = [
    "documents",
    "sentences",
    "sentences without an entity",
    "tokens",
    "PER",
    "LOC",
    "ORG",
    "MISC",
    "entities",
]
COUNTS_ROW = re.compile(
    r"^\| `(\w+\.conll)` " + NUMBER * len(COUNTS_COLUMNS) + r"\|$", re.MULTILINE
)
SAMPLES = ["english.conll", "german.conll", "spanish.conll", "japanese.conll"]


def sample_counts(name):
    text = (SAMPLE / "README.md").read_text(encoding="utf-8")
    (numbers,) = (row[1:] for row in COUNTS_ROW.findall(text) if row[0] == name)
    counts = [int(number.replace(",", "")) for number in numbers]
    return dict(zip(COUNTS_COLUMNS, counts, strict=True))


def sentences_without_entity(path):
    blocks = re.split(r"\n\n+", path.read_text(encoding="utf-8").strip("\n"))
    sentences = [block for block in blocks if not block.startswith("-DOCSTART-")]
    return sum("\tB-" not in sentence for sentence in sentences)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_sample_is_as_large_as_it_says(name):
    path = SAMPLE / name
    result = spanf1.score_file(path, path)
    counts = result.counts
    assert sample_counts(name) == {
        "documents": counts.documents,
        "sentences": counts.sentences,
        "sentences without an entity": sentences_without_entity(path),
        "tokens": counts.tokens,
        **gold_counts(result),
        "entities": counts.total.gold,
    }
    assert result.gold_schemes == ["IOB2"]
    assert result.micro.f1 == 1.0


def test_the_model_on_the_sample():
    """171 correct of 378 in gold and 303 predicted, counted by hand from the file."""
    path = SAMPLE / "english.spacy.conll"
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    gold, predicted = (
        set(spans_by_hand([row[side] if len(row) > 1 else "O" for row in rows])) for side in (1, 2)
    )
    micro = spanf1.score_file(path).micro
    assert (len(gold), len(predicted), len(gold & predicted)) == (378, 303, 171)
    assert (micro.gold, micro.predicted, micro.correct) == (378, 303, 171)
    assert percent(micro.f1) == "50.22"


def spans_by_hand(tags):
    """Yield the spans of IOB2 that is well-formed."""
    text = " ".join(tags) + " "
    for match in re.finditer(r"B-(\S+) (?:I-\1 )*", text):
        first = text.count(" ", 0, match.start())
        yield first, first + match.group().count(" "), match[1]


def test_the_sample_in_one_file_and_in_two_scores_alike(tmp_path):
    merged = SAMPLE / "english.spacy.conll"
    lines = [line.split("\t") for line in merged.read_text(encoding="utf-8").splitlines()]
    predicted = tmp_path / "predicted.conll"
    predicted.write_text(
        "".join("\t".join(row[:1] + row[2:]) + "\n" for row in lines), encoding="utf-8"
    )
    two, one = spanf1.score_file(SAMPLE / "english.conll", predicted), spanf1.score_file(merged)
    assert two.counts == one.counts
    assert two.types == one.types
