"""The forms in which tags are written: spelt, read, found out, and no different in the score."""

from __future__ import annotations

import contextlib
import re
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spanf1
from spanf1.core.schemes import PREFIX_BITS, PREFIXES
from spanf1.core.tags import FORM_HINT, FORMS, TAG_DELIMITERS, UNTYPED, TagForm, TagSet, tag_form
from spanf1.exceptions import AlignmentError, TagError, UsageError
from tests.helpers.strategies import steady

ALL_FORMS = list(FORMS.values())
UPPER = TagForm()

forms = st.sampled_from(ALL_FORMS)
other_forms = st.builds(TagForm, st.sampled_from("-_/:|.#+~"), st.booleans(), st.booleans())
#: types that look like parts of tags, too
names = (
    st.text(f"BIESbieso{TAG_DELIMITERS}0xÄ人 ", min_size=1, max_size=6)
    .filter(lambda name: name == name.strip())
    .filter(lambda name: name != UNTYPED)
)
prefixes = st.integers(1, len(PREFIXES) - 1)
fewer = settings(steady, max_examples=50)


def ids(form: TagForm) -> str:
    return form.name


# ------------------------------------------------------------------------------ spelt and parsed


def test_the_forms_are_those_of_the_table() -> None:
    assert list(FORMS) == [
        *("B-PER", "B_PER", "B/PER", "B:PER", "PER-B", "PER_B", "PER/B", "PER:B"),
        *("b-PER", "b_PER", "b/PER", "b:PER", "PER-b", "PER_b", "PER/b", "PER:b"),
    ]
    assert all(form.name == name for name, form in FORMS.items())


@steady
@given(forms | other_forms, prefixes, names)
def test_parse_undoes_spell(form: TagForm, prefix: int, name: str) -> None:
    assert form.parse(form.spell(prefix, name)) == (prefix, name)
    assert form.parse(form.spell(prefix, UNTYPED)) == (prefix, UNTYPED)
    assert form.parse(form.spell(0, "")) == (0, "")


@steady
@given(forms | other_forms, st.text(f"BIObio{TAG_DELIMITERS}x", max_size=6))
def test_spell_undoes_parse(form: TagForm, tag: str) -> None:
    """But for what has no type, which may be written in several ways: they are one tag."""
    parsed = form.parse(tag)
    if parsed is None:
        return
    again = form.spell(*parsed)
    assert form.parse(again) == parsed
    if parsed[1] in ("", UNTYPED):
        assert tag in ("o", "O", again, *(empty_type(form, again, kind) for kind in ("", UNTYPED)))
    else:
        assert again == tag


def empty_type(form: TagForm, letter: str, kind: str) -> str:
    return form.delimiter.join((kind, letter) if form.prefix_last else (letter, kind))


@pytest.mark.parametrize(
    ("form", "tag", "parsed"),
    [
        ("B-PER", "O", (0, "")),
        ("B-PER", "o", None),
        ("b-PER", "o", (0, "")),
        ("b-PER", "O", (0, "")),
        ("B-PER", "B-a-b", (1, "a-b")),
        ("PER-B", "a-b-B", (1, "a-b")),
        ("B-PER", "B", (1, UNTYPED)),
        ("PER-B", "B", (1, UNTYPED)),
        ("B-PER", "B-", (1, UNTYPED)),
        ("PER-B", "-B", (1, UNTYPED)),
        ("B-PER", "-B", None),
        ("PER-B", "B-", None),
        ("B-PER", "b-x", None),
        ("b-PER", "B-x", None),
        ("b-PER", "b-X", (1, "X")),
        ("B_PER", "B_date_time", (1, "date_time")),
        ("PER_B", "date_time_B", (1, "date_time")),
        ("B-PER", "O-x", None),
        ("B-PER", "BI-x", None),
        ("B-PER", "", None),
        ("B-PER", "-", None),
        ("B-PER", "B-x ", None),
        ("PER-B", " x-B", None),
        ("B-PER", "W-x", (8, "x")),
    ],
)
def test_parse(form: str, tag: str, parsed: tuple[int, str] | None) -> None:
    assert FORMS[form].parse(tag) == parsed


def test_a_form_by_its_name() -> None:
    for form in ALL_FORMS:
        assert tag_form(form.name) == form
    assert tag_form(None) is None
    assert tag_form("auto") is None
    assert tag_form("B|PER") == TagForm("|")
    assert tag_form("PER#b") == TagForm("#", prefix_last=True, lower=True)


@pytest.mark.parametrize(
    "name",
    [
        *("", "B", "BPER", "B-per", "I-PER", "O-PER", "B PER", "B--PER", "B-PER-B"),
        *("BxPER", "B-PER ", "B-LOC", "PERB", "B1PER", "Auto"),
    ],
)
def test_what_is_no_form(name: str) -> None:
    with pytest.raises(
        UsageError, match=rf"(?m)^{re.escape(repr(name))} is no form of tags$"
    ) as caught:
        tag_form(name)
    assert caught.value.hint.startswith("auto, or an example of a tag: B-PER, B_PER, ")


# ------------------------------------------------------------------------------------ found out


def codes_of(tags: list[str], form: TagForm | None = None) -> tuple[list[int], TagSet]:
    tag_set = TagSet({}, form)
    return [tag_set.code(tag) for tag in tags], tag_set


#: types that leave no doubt where the prefix is
clear = st.sampled_from(["PER", "LOC", "creative-work", "date_time", "a/b:c", "人名"])
clear_tags = st.lists(st.just((0, "")) | st.tuples(prefixes, clear | st.just(UNTYPED)), max_size=12)


@pytest.mark.slow
@steady
@given(clear_tags, forms)
def test_the_codes_are_the_same_in_every_form(tags: list[tuple[int, str]], form: TagForm) -> None:
    expected, plain = codes_of([UPPER.spell(*tag) for tag in tags])
    found, tag_set = codes_of([form.spell(*tag) for tag in tags])
    assert found == expected
    assert tag_set.types == plain.types
    assert tag_set.prefixes() == plain.prefixes()
    if any(name not in ("", UNTYPED) for _, name in tags):
        assert tag_set.form == form
        assert tag_set.form_names() == {form.name}
    else:
        assert tag_set.form_names() == frozenset()


@pytest.mark.slow
@steady
@given(clear_tags, forms | other_forms)
def test_a_given_form_is_the_only_one(tags: list[tuple[int, str]], form: TagForm) -> None:
    found, tag_set = codes_of([form.spell(*tag) for tag in tags], form)
    assert found == codes_of([UPPER.spell(*tag) for tag in tags])[0]
    assert tag_set.forms == [form]


def test_forms_are_ruled_out_one_by_one() -> None:
    tag_set = TagSet({})
    counts = [len(tag_set.forms)]
    for tag in ("O", "B", "B-B", "x-B"):
        tag_set.code(tag)
        counts.append(len(tag_set.forms))
    assert counts == [16, 16, 8, 2, 1]
    with pytest.raises(TagError):
        tag_set.code("x_I")
    assert tag_set.form.name == "PER-B"


def test_o_alone_says_nothing() -> None:
    assert TagSet({}).form_names() == codes_of(["O"])[1].form_names() == frozenset()


@pytest.mark.parametrize(
    ("tags", "form"),
    [
        (["B-I"], "B-PER"),
        (["S-B"], "B-PER"),
        (["B-PER_B"], "B-PER"),
        (["PER-B", "B-I"], "PER-B"),
        (["PER-B", "S-B"], "PER-B"),
        # Read in either way, this is a B of the type B.
        (["B-B", "PER-B"], "PER-B"),
        (["B", "S", "PER-B"], "PER-B"),
        (["O", "B", "B_x"], "B_PER"),
        (["o", "B-b"], "PER-b"),
    ],
)
def test_tags_that_may_be_of_several_forms(tags: list[str], form: str) -> None:
    found, tag_set = codes_of(tags)
    assert tag_set.form.name == form
    parsed = [FORMS[form].parse(tag) for tag in tags]
    mask = (1 << PREFIX_BITS) - 1
    types = ["", *tag_set.types]
    assert [(code & mask, types[code >> PREFIX_BITS]) for code in found] == parsed


@pytest.mark.parametrize("early", ["B-I", "S-B", "I-E"])
def test_an_earlier_tag_was_taken_for_another_form(early: str) -> None:
    tag_set = TagSet({})
    tag_set.code(early)
    with pytest.raises(TagError) as caught:
        tag_set.code("PER-B")
    assert caught.value.message == (
        f"tag 'PER-B' is written as PER-B is, and '{early}' before it was taken for B-PER"
    )
    assert caught.value.hint == FORM_HINT
    # Told so, it is read without a doubt.
    assert codes_of([early, "PER-B"], FORMS["PER-B"])[1].form.name == "PER-B"


def test_no_tag_is_read_in_two_ways() -> None:
    """Where the types are one letter, the first tag settles what all of them mean."""

    @steady
    @given(st.lists(st.sampled_from(["B-I", "S-B", "B-B", "I", "O", "PER-B", "B-PER"]), max_size=6))
    def check(tags: list[str]) -> None:
        tag_set = TagSet({})
        read = []
        for tag in tags:
            with contextlib.suppress(TagError):
                read.append((tag, tag_set.code(tag)))
        assert [code for tag, code in read] == codes_of([tag for tag, _ in read], tag_set.form)[0]

    check()


@pytest.mark.parametrize(("form", "other"), list(permutations(ALL_FORMS, 2)), ids=ids)
def test_mixed_forms(form: TagForm, other: TagForm) -> None:
    tag_set = TagSet({})
    tag_set.code(form.spell(1, "PER"))
    wrong = other.spell(2, "LOC")
    with pytest.raises(TagError) as caught:
        tag_set.code(wrong)
    message = caught.value.message
    assert message.startswith(f"tag '{wrong}' is written as {other.name} is: expected O, or ")
    assert message.endswith(f" as in {form.name}, like those before it")
    assert caught.value.hint == FORM_HINT
    # What was refused left nothing behind.
    assert tag_set.code(form.spell(2, "PER")) == 1 << PREFIX_BITS | 2
    assert tag_set.types == {"PER": 1}


def test_what_is_expected() -> None:
    with pytest.raises(TagError) as caught:
        TagSet({}).code("PER")
    assert caught.value.message == (
        "tag 'PER' fits no scheme: expected O, or one of B I E S L U M W, a hyphen and a type, "
        "as in B-PER"
    )
    with pytest.raises(TagError) as caught:
        TagSet({}, FORMS["PER_b"]).code("B-PER")
    assert caught.value.message == (
        "tag 'B-PER' is written as B-PER is: expected O, or a type, an underscore and one of "
        "b i e s l u m w, as in PER_b"
    )
    with pytest.raises(TagError, match=r"^empty tag: expected O, or one of"):
        TagSet({}).code("")


def test_what_may_be_a_tag_depends_on_the_others() -> None:
    tag_set = TagSet({})
    assert all(map(tag_set.may_be, ["B-x", "x_B", "e-mail", "o"]))
    tag_set.expect(["O", "b-PER", "I", "o"])
    assert tag_set.may_be("e-mail")
    assert tag_set.may_be("o")
    assert not tag_set.may_be("B-x")
    tag_set = TagSet({})
    tag_set.expect(["B-PER", "O", "o"])
    assert not tag_set.may_be("e-mail")
    assert not tag_set.may_be("o")
    assert TagSet({}, FORMS["b-PER"]).may_be("e-mail")


# ------------------------------------------------------------------------------------- in lists

TagPairs = list[list[tuple[tuple[int, str], tuple[int, str]]]]

some_tags = st.just((0, "")) | st.tuples(st.sampled_from([1, 1, 2, 2, 3, 4]), clear)
tag_pairs = some_tags.map(lambda tag: (tag, tag)) | st.tuples(some_tags, some_tags)
sentences_of_pairs = st.lists(st.lists(tag_pairs, min_size=1, max_size=5), max_size=5)


def written(pairs: TagPairs, *both: TagForm) -> list[list[list[str]]]:
    """Return the gold and the predicted tags, each side in its form."""
    return [
        [[form.spell(*pair[side]) for pair in sentence] for sentence in pairs]
        for side, form in enumerate(both)
    ]


def comparable(result: spanf1.Result) -> dict[str, Any]:
    """Return all that a result says, without the names of files and forms."""
    content = result.to_dict()
    # The signature says how tags are written: that is all it may differ in.
    parts = content["signature"].split("|")
    content["signature"] = [part for part in parts if not part.startswith("tags:")]
    del content["input"], content["tally"]["gold_forms"], content["tally"]["predicted_forms"]
    return content


@pytest.mark.slow
@steady
@given(sentences_of_pairs, forms, forms, st.sampled_from(["lenient", "strict", "conlleval"]))
def test_lists_in_every_form_score_the_same(
    pairs: TagPairs, gold_form: TagForm, predicted_form: TagForm, reading: str
) -> None:
    expected = spanf1.evaluate(*written(pairs, UPPER, UPPER), reading=reading)
    found = spanf1.evaluate(*written(pairs, gold_form, predicted_form), reading=reading)
    assert comparable(found) == comparable(expected)


@pytest.mark.slow
@steady
@given(st.lists(some_tags, max_size=8), forms)
def test_decode_in_every_form(tags: list[tuple[int, str]], form: TagForm) -> None:
    expected = spanf1.decode([UPPER.spell(*tag) for tag in tags])
    spelt = [form.spell(*tag) for tag in tags]
    assert spanf1.decode(spelt) == spanf1.decode(spelt, tag_form=form.name) == expected


def test_mixed_forms_in_a_list() -> None:
    with pytest.raises(TagError, match=r"^y_true\[1\]\[1\]: tag 'B_X' is written as B_PER is: "):
        spanf1.evaluate([["B-X"], ["O", "B_X"]], [["O"], ["O", "O"]])


# ------------------------------------------------------------------------------------- in files

TOKENS = ["Rome", "e-mail", "o", "O", "b-x", "-", "#tag", "x_y/z:B", "日本"]


def content(
    pairs: TagPairs, columns: dict[int, TagForm], line_end: str, comments: list[str]
) -> bytes:
    """Return a file with a token, and the tags of some sides, in a line.

    `comments` are written, in turn, before a sentence; every second sentence begins a document.
    """
    lines = []
    for number, sentence in enumerate(pairs):
        if number % 2:
            rest = [form.spell(0, "") for form in columns.values()]
            lines += ["\t".join(["-DOCSTART-", *rest]), ""]
        if comments:
            lines.append(comments[number % len(comments)])
        for place, pair in enumerate(sentence):
            tags = [form.spell(*pair[side]) for side, form in columns.items()]
            lines.append("\t".join([TOKENS[(number + place) % len(TOKENS)], *tags]))
        lines.append("")
    return "".join(line + line_end for line in lines).encode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("forms")


looks = st.fixed_dictionaries(
    {
        "line_end": st.sampled_from(["\n", "\r\n"]),
        "comments": st.sampled_from([[], ["# text = a b"], ["# e-mail\tx", "#", "# o O"]]),
    }
)
# A file needs a token to have columns.
some_sentences = sentences_of_pairs.filter(len)


@pytest.mark.slow
@fewer
@given(pairs=some_sentences, gold_form=forms, predicted_form=forms, look=looks)
def test_one_file_in_every_form_scores_the_same(
    folder: Path,
    pairs: TagPairs,
    gold_form: TagForm,
    predicted_form: TagForm,
    look: dict[str, Any],
) -> None:
    path = folder / "merged"
    results = []
    for both in ((UPPER, UPPER), (gold_form, predicted_form)):
        path.write_bytes(content(pairs, dict(enumerate(both)), **look))
        results.append(comparable(spanf1.score_file(path, delimiter="tab")))
    assert results[1] == results[0]
    assert results[0]["tokens"] == sum(map(len, pairs))
    assert results[0]["documents"] == len(pairs) // 2


@pytest.mark.slow
@fewer
@given(pairs=some_sentences, gold_form=forms, predicted_form=forms, look=looks)
def test_two_files_in_different_forms_score_the_same(
    folder: Path,
    pairs: TagPairs,
    gold_form: TagForm,
    predicted_form: TagForm,
    look: dict[str, Any],
) -> None:
    gold, predicted, merged = folder / "gold", folder / "predicted", folder / "both"
    gold.write_bytes(content(pairs, {0: gold_form}, **look))
    predicted.write_bytes(content(pairs, {1: predicted_form}, **look))
    merged.write_bytes(content(pairs, {0: UPPER, 1: UPPER}, **look))
    result = spanf1.score_file(gold, predicted, delimiter="tab")
    assert comparable(result) == comparable(spanf1.score_file(merged, delimiter="tab"))


MANY: TagPairs = [
    [((1, "PER"), (1, "PER")), ((2, "PER"), (2, "LOC")), ((0, ""), (0, "")), ((0, ""), (1, "LOC"))]
] * 400


@pytest.mark.slow
@pytest.mark.parametrize("pool", [ThreadPoolExecutor, ProcessPoolExecutor])
@pytest.mark.parametrize("form", ["PER_B", "b/PER"])
def test_parts_in_every_form_add_up(
    tmp_path: Path, pool: type[Executor], form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spanf1.formats.opening.PART_SIZE", 1 << 12)
    path = tmp_path / "f"
    results = []
    for both in (UPPER, FORMS[form]):
        path.write_bytes(content(MANY, {0: both, 1: both}, "\r\n", ["# a b c"]))
        with pool(2) as executor:
            results.append(comparable(spanf1.score_file(path, executor=executor)))
    assert results[0] == results[1]
    assert results[0]["micro"]["gold"] == 400


def test_parts_in_different_forms_are_refused_as_the_whole_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each part is of one form; and the error says the line, as without parts."""
    path = tmp_path / "f"
    halves = [content(MANY, {0: FORMS[name], 1: UPPER}, "\n", []) for name in ("PER_B", "B_PER")]
    path.write_bytes(b"".join(halves))
    line = halves[0].count(b"\n") + 1
    message = rf"f:{line}: tag 'B_PER' is written as B_PER is: expected O, or a type, an underscore"
    with pytest.raises(TagError, match=message):
        spanf1.score_file(path)
    monkeypatch.setattr("spanf1.formats.opening.PART_SIZE", 1 << 12)
    with ThreadPoolExecutor(2) as executor, pytest.raises(TagError, match=message):
        spanf1.score_file(path, executor=executor)


def test_a_part_may_have_doubtful_tags_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By itself a part of ``S-B`` seems to be of another form than the rest; it is not."""
    path = tmp_path / "f"
    path.write_text("Rome PER-B PER-B\n\n" + "x S-B S-B\n\n" * 2000)
    expected = spanf1.score_file(path)
    assert expected.types.keys() == {"PER", "S"}
    monkeypatch.setattr("spanf1.formats.opening.PART_SIZE", 1 << 12)
    with ThreadPoolExecutor(2) as executor:
        assert spanf1.score_file(path, executor=executor) == expected


# A line that begins with "# " is a token if it has as many fields as the others, and tags; in a
# lower-case file too, wherever it stands.

HASHES = (
    "Rome {0}-PER {0}-PER\n# {1}-PER {1}-PER\nx O O\n# {0}-LOC O\n"
    "-DOCSTART- {0}-PER O\ny {0}-X {0}-X\n"
)


@pytest.mark.parametrize("case", [str, str.lower])
def test_tokens_that_look_like_comments(tmp_path: Path, case: Any) -> None:
    path = tmp_path / "f"
    path.write_text(HASHES.format(case("B"), case("I")))
    result = spanf1.score_file(path)
    assert (result.counts.tokens, result.micro.gold) == (6, 4)


@pytest.mark.parametrize("case", [str, str.lower])
def test_tokens_that_look_like_comments_in_the_first_line(tmp_path: Path, case: Any) -> None:
    path = tmp_path / "f"
    path.write_text("# " + HASHES.format(case("B"), case("I")).removeprefix("Rome "))
    result = spanf1.score_file(path)
    assert (result.counts.tokens, result.micro.gold) == (6, 4)


def test_a_comment_of_words_is_none_in_a_given_lower_case_form(tmp_path: Path) -> None:
    """What ``e-mail`` is depends on whether tags are in lower case."""
    text = "Rome {0}-PER O\n# e-mail o\n"
    for letter, form, tokens in (("B", "auto", 1), ("B", "B-PER", 1), ("b", "b-PER", 2)):
        path = tmp_path / "f"
        path.write_text(text.format(letter))
        assert spanf1.score_file(path, tag_form=form).counts.tokens == tokens


@pytest.mark.parametrize(
    ("text", "message"),
    [
        # Words where the tags should be; some of them look like tags in lower case.
        ("a the O\nb B-X O\n", "f:1: tag 'the' fits no scheme: expected O, or one of B I"),
        ("a B-X O\nb e-mail O\n", "f:2: tag 'e-mail' is written as b-PER is: expected O, or"),
        ("a e-mail O\nb B-X O\n", "f:2: tag 'B-X' is written as B-PER is: expected O, or"),
        ("a e-mail O\nb the O\n", "f:2: tag 'the' fits no scheme: expected O, or one of b i"),
        ("a U-turn O\nb Rome O\n", "f:2: tag 'Rome' fits no scheme: expected O, or one of B I"),
    ],
)
def test_words_in_the_wrong_column(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "f"
    path.write_text(text)
    with pytest.raises(TagError, match=message) as caught:
        spanf1.score_file(path)
    # What looks like a tag of another form may be one.
    if "fits no scheme" in message:
        assert "--gold-column" in caught.value.hint
    else:
        assert re.search("--gold-column|--tag-form", caught.value.hint)


def test_the_hint_for_mixed_forms_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text("a B-X O\nb B_X O\n")
    with pytest.raises(TagError, match="f:2: tag 'B_X' is written as B_PER is") as caught:
        spanf1.score_file(path)
    assert "--tag-form" in caught.value.hint


def test_forms_do_not_help_where_tokens_differ(tmp_path: Path) -> None:
    gold, predicted = tmp_path / "g", tmp_path / "p"
    gold.write_text("a PER-B\n")
    predicted.write_text("b b_PER\n")
    with pytest.raises(AlignmentError, match="token 'b' where"):
        spanf1.score_file(gold, predicted)
    assert spanf1.score_file(gold, predicted, align_by_position=True).micro.correct == 1
