from __future__ import annotations

import pickle
from typing import Any

import pytest

pytest.importorskip("spacy")

import spacy
from spacy.scorer import get_ner_prf
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import load_config_from_str, load_model_from_config

import spanf1
from spanf1.integrations.spacy import make_scorer

pytestmark = pytest.mark.filterwarnings("ignore")

NOTHING = dict.fromkeys(("ents_p", "ents_r", "ents_f", "ents_per_type"))

CONFIG = """
[nlp]
lang = "en"
pipeline = ["entity_ruler"]

[components]

[components.entity_ruler]
factory = "entity_ruler"

[components.entity_ruler.scorer]
@scorers = "spanf1.scorer.v1"
average = "macro"
types = ["PER", "LOC"]
"""

PATTERNS = [
    {"label": "PER", "pattern": "Ada Lovelace"},
    {"label": "LOC", "pattern": "London"},
    {"label": "LOC", "pattern": "Paris"},
    {"label": "ORG", "pattern": "Byron"},
]

TEXTS: list[tuple[str, list[tuple[int, int, str]]]] = [
    ("Ada Lovelace left London.", [(0, 12, "PER"), (18, 24, "LOC")]),
    ("Paris saw Byron.", [(0, 5, "LOC"), (10, 15, "PER")]),
    ("Nobody met Ada in Rome.", [(11, 14, "PER"), (18, 22, "LOC")]),
    ("Nobody at all.", []),
]


def doc(words: list[str], spaces: list[bool] | None = None, ents: list[str] | None = None) -> Doc:
    vocab = spacy.blank("en").vocab
    return Doc(vocab, words=words, spaces=spaces, ents=ents)


def pipeline(scorer: dict[str, Any] | None = None) -> Any:
    nlp = spacy.blank("en")
    config = {"scorer": scorer} if scorer else {}
    nlp.add_pipe("entity_ruler", config=config).add_patterns(PATTERNS)
    return nlp


def examples(nlp: Any) -> list[Example]:
    return [Example.from_dict(nlp.make_doc(text), {"entities": ents}) for text, ents in TEXTS]


def test_evaluate_gives_what_spacy_gives_on_the_same_tokens() -> None:
    ours, theirs = pipeline({"@scorers": "spanf1.scorer.v1"}), pipeline()
    found, expected = ours.evaluate(examples(ours)), theirs.evaluate(examples(theirs))
    for key in ("ents_p", "ents_r", "ents_f"):
        assert found[key] == pytest.approx(expected[key])
    assert found["ents_per_type"].keys() == expected["ents_per_type"].keys()
    for name, figures in expected["ents_per_type"].items():
        assert found["ents_per_type"][name] == pytest.approx(figures)
    assert (found["ents_p"], found["ents_r"]) == (3 / 4, 3 / 6)


def test_config() -> None:
    nlp = load_model_from_config(load_config_from_str(CONFIG), auto_fill=True)
    nlp.get_pipe("entity_ruler").add_patterns(PATTERNS)
    found = nlp.evaluate(examples(nlp))
    assert [*found["ents_per_type"]] == ["PER", "LOC"]
    rows = found["ents_per_type"].values()
    assert found["ents_f"] == pytest.approx(sum(row["f"] for row in rows) / 2)
    assert "spanf1.scorer.v1" in nlp.config.to_str()


def test_scorer_set_in_code() -> None:
    nlp = pipeline()
    nlp.get_pipe("entity_ruler").scorer = make_scorer()
    assert nlp.evaluate(examples(nlp))["ents_p"] == 3 / 4


# Of the gold entity "New York": the tokens of the prediction, what it marks, whether it is right.
CUTS = [
    (["in", "New", "York", "!"], [True, True, False, False], ["O", "B-LOC", "I-LOC", "O"], True),
    (["in", "New York", "!"], [True, False, False], ["O", "B-LOC", "O"], True),
    (["in", "New", "Yo", "rk", "!"], None, ["O", "B-LOC", "I-LOC", "I-LOC", "O"], True),
    (["in", "New", "Yo", "rk", "!"], None, ["O", "B-LOC", "I-LOC", "O", "O"], False),
    (["in", "New", "York!"], None, ["O", "B-LOC", "I-LOC"], False),
    (["in", "New", "York", "!"], None, ["O", "B-PER", "I-PER", "O"], False),
]


@pytest.mark.parametrize(("words", "spaces", "ents", "right"), CUTS)
def test_characters_decide_where_tokens_differ(
    words: list[str], spaces: list[bool] | None, ents: list[str], right: bool
) -> None:
    gold = doc(["in", "New", "York", "!"], [True, True, False, False], ["O", "B-LOC", "I-LOC", "O"])
    found = make_scorer()([Example(doc(words, spaces, ents), gold)])
    assert (found["ents_p"], found["ents_r"]) == (float(right), float(right))


def test_a_prediction_that_touches_no_gold_token_is_wrong() -> None:
    gold = doc(["in", "Rome"], ents=["O", "B-LOC"])
    predicted = doc(["in", "  ", "Rome"], [True, False, False])
    # Only a file or a rule could do that: spaCy's own components mark no white space.
    predicted.ents = [predicted.char_span(0, 2, label="PER"), predicted[2:3].char_span(0, 4, "LOC")]
    example = Example(predicted, gold)
    assert make_scorer()([example])["ents_p"] == 0.5


def test_missing_annotation_is_not_held_against_a_prediction() -> None:
    nlp = pipeline()
    nobody = Example(nlp("London"), nlp.make_doc("London"))
    assert make_scorer()([nobody]) == get_ner_prf([nobody]) == NOTHING
    partly = nlp.make_doc("Byron saw London and Paris")
    partly.set_ents(
        [partly.char_span(10, 16, label="LOC")], missing=[partly[0:1]], default="outside"
    )
    example = Example(nlp("Byron saw London and Paris"), partly)
    found = make_scorer()([example, nobody])
    assert found["ents_per_type"] == {"LOC": {"p": 0.5, "r": 1.0, "f": pytest.approx(2 / 3)}}
    assert found["ents_f"] == pytest.approx(get_ner_prf([example])["ents_f"])


def test_annotated_without_entities_is_not_missing() -> None:
    nlp = pipeline()
    example = Example.from_dict(nlp("London"), {"entities": []})
    found = make_scorer()([example])
    assert found["ents_f"] == get_ner_prf([example])["ents_f"] == 0


def test_component_settings_are_not_for_the_scorer() -> None:
    nlp = pipeline()
    assert make_scorer()(examples(nlp), labels=["X"], threshold=0.5)["ents_r"] == 0


def test_options() -> None:
    nlp = pipeline()
    pairs = [Example(nlp(example.text), example.reference) for example in examples(nlp)]
    assert make_scorer(types=["GPE"], zero_division=1)(pairs)["ents_f"] == 1
    weighted = make_scorer("weighted")(pairs)
    assert weighted["ents_r"] == pytest.approx(3 / 6)
    for wrong in ({"average": "binary"}, {"types": "all"}, {"zero_division": 2}):
        with pytest.raises(spanf1.UsageError):
            make_scorer(**wrong)


def test_different_texts() -> None:
    gold, predicted = doc(["in", "Rome"], ents=["O", "B-LOC"]), doc(["in", "Romania"])
    with pytest.raises(
        spanf1.AlignmentError, match=r"example 0: the gold text has 'e' where .*'ania'"
    ):
        make_scorer()([Example(predicted, gold)])


def test_a_scorer_can_be_pickled() -> None:
    scorer = make_scorer("macro")
    assert pickle.loads(pickle.dumps(scorer)) == scorer  # noqa: S301  # our own bytes
