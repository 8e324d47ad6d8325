"""detect, validate, repair, convert, encode and decode from Python."""

from __future__ import annotations

from functools import partial

import pytest

import spanf1
from spanf1 import LossError, Span, TagError, UsageError, Violation

IOB2 = [["B-PER", "I-PER", "O"], [], ["B-LOC", "I-ORG"]]


class TestShapes:
    """One sentence, or several: what comes back is what went in."""

    def test_one_sentence(self) -> None:
        assert spanf1.convert(["B-A", "I-A"], "IOBES") == ["B-A", "E-A"]
        assert spanf1.repair(["I-A"], scheme="IOB2") == ["B-A"]
        assert [(v.sentence, v.token) for v in spanf1.validate(["O", "I-A"], scheme="IOB2")] == [
            (0, 1)
        ]

    def test_several(self) -> None:
        assert spanf1.convert(IOB2, "BILOU", scheme="IOB2") == [
            ["B-PER", "L-PER", "O"],
            [],
            ["U-LOC", "U-ORG"],
        ]
        assert spanf1.repair(IOB2, scheme="IOB2", method="join")[2] == ["B-LOC", "I-LOC"]
        assert spanf1.validate(IOB2, scheme="IOB2") == [
            Violation(2, 1, "B-LOC", "I-ORG", "I begins no span in IOB2")
        ]

    def test_tuples_and_iterables(self) -> None:
        assert spanf1.convert((("B-A", "B-A"), ("O",)), "IOB1") == [["I-A", "B-A"], ["O"]]

    @pytest.mark.parametrize("nothing", [[], [[]], [[], []]])
    def test_nothing(self, nothing) -> None:
        assert spanf1.repair(nothing) == nothing
        assert spanf1.validate(nothing) == []
        assert spanf1.detect(nothing).spans == 0

    def test_iterators(self) -> None:
        sentences = [["O", "I-A"], ["B-A"]]
        assert len(spanf1.validate(iter(sentences), scheme="IOB2")) == 1
        assert spanf1.repair((tags for tags in sentences), scheme="IOB2") == [["O", "B-A"], ["B-A"]]
        assert spanf1.detect(iter(["B-A"])).spans == 1

    def test_input_is_not_changed(self) -> None:
        tags = ["I-A", "O"]
        spanf1.repair(tags, scheme="IOB2")
        assert tags == ["I-A", "O"]

    def test_tags_that_stay_are_the_same_text(self) -> None:
        """A tag without a type may be written in two ways; what is right is not touched."""
        assert spanf1.repair(["B", "B-", "I-_"], scheme="IOB2") == ["B", "B-", "I-_"]


class TestWrong:
    @pytest.mark.parametrize(
        ("call", "error", "message"),
        [
            (lambda: spanf1.detect("B-A"), UsageError, "a list of tags"),
            (lambda: spanf1.detect(None), UsageError, "a list of tags"),
            (lambda: spanf1.detect([3]), UsageError, "a list of tags"),
            (lambda: spanf1.detect(["B-A", 3]), TagError, r"tags\[1\]: the tag is to be a string"),
            (lambda: spanf1.detect([["O"], ["x"]]), TagError, r"tags\[1\]\[0\]: tag 'x' fits no"),
            (lambda: spanf1.detect(["O", "x"]), TagError, r"^tags\[1\]: tag 'x' fits no scheme"),
            (lambda: spanf1.detect(["O"], tag_form="?"), UsageError, "no form of tags"),
            (lambda: spanf1.repair(["O"], method="x"), UsageError, "unknown method 'x'"),
            (lambda: spanf1.repair(["O"], scheme="x"), UsageError, "unknown scheme 'x'"),
            (lambda: spanf1.convert(["O"], "auto"), UsageError, "is to be named"),
            (lambda: spanf1.detect(["O"], tag_form=3), UsageError, "tag_form is 3"),
            (lambda: spanf1.decode(None), UsageError, "a list of tags"),
            (lambda: spanf1.repair(["B-E", "E-B"]), TagError, "may be written like B-PER or like"),
            (lambda: spanf1.convert(["O"], "x"), UsageError, "unknown scheme 'x'"),
            (
                lambda: spanf1.convert([["O"], ["B-A", "B-A"]], "IO"),
                LossError,
                r"tags\[1\]\[1\]: IO cannot part",
            ),
            (lambda: spanf1.convert(["B-A", "B-A"], "IO"), LossError, r"tags\[1\]: IO cannot part"),
            (
                lambda: spanf1.repair(["B-A", "B-A"], scheme="IO"),
                LossError,
                r"tags\[1\]: IO cannot part",
            ),
        ],
    )
    def test_one_clear_error(self, call, error, message) -> None:
        with pytest.raises(error, match=message):
            call()

    def test_loss_may_be_allowed(self) -> None:
        assert spanf1.convert(["B-A", "B-A"], "IO", allow_loss=True) == ["I-A", "I-A"]
        assert spanf1.repair(["B-A", "B-A"], scheme="IO", allow_loss=True) == ["I-A", "I-A"]


class TestEncode:
    @pytest.mark.parametrize(
        ("scheme", "tags"),
        [
            ("IOB2", "B-A B-A I-A I-A O B-B"),
            ("IOB1", "I-A B-A I-A I-A O I-B"),
            ("IOE2", "E-A I-A I-A E-A O E-B"),
            ("IOE1", "E-A I-A I-A I-A O I-B"),
            ("BIOES", "S-A B-A I-A E-A O S-B"),
            ("BILOU", "U-A B-A I-A L-A O U-B"),
            ("BMES", "S-A B-A M-A E-A O S-B"),
            ("BMEOW", "W-A B-A M-A E-A O W-B"),
        ],
    )
    def test_schemes(self, scheme, tags) -> None:
        spans = [Span(0, 1, "A"), Span(1, 4, "A"), Span(5, 6, "B")]
        assert spanf1.encode(spans, 6, scheme=scheme) == tags.split()
        assert spanf1.decode(tags.split()) == spans

    def test_order_and_plain_tuples(self) -> None:
        assert spanf1.encode([(2, 3, "B"), (0, 1, "A")], 3) == ["B-A", "O", "B-B"]

    def test_forms(self) -> None:
        assert spanf1.encode([(0, 2, "A")], 3, tag_form="PER_b") == ["A_b", "A_i", "o"]

    @pytest.mark.parametrize(
        ("spans", "length", "message"),
        [
            ([(0, 0, "A")], 2, "is empty or not within it"),
            ([(-1, 1, "A")], 2, "is empty or not within it"),
            ([(1, 3, "A")], 2, "is empty or not within it"),
            ([(0, 2, "A"), (1, 2, "A")], 2, "overlaps another"),
            ([(0, 1, "A "), (1, 2, "A")], 2, "this type cannot be written"),
            ([(0, 1, "")], 2, "this type cannot be written"),
            ([(0, 1)], 2, "spans are to be"),
            ([(0, 1, 7)], 2, "spans are to be"),
            ([(0, 1.5, "A")], 2, "spans are to be"),
            ([("0", 1, "A")], 2, "spans are to be"),
            ([], -1, "cannot have -1 tokens"),
            ([], 2.0, "length a number of tokens"),
            ([], None, "length a number of tokens"),
        ],
    )
    def test_spans_that_are_none(self, spans, length, message) -> None:
        with pytest.raises(UsageError, match=message):
            spanf1.encode(spans, length)

    def test_io(self) -> None:
        spans = [(0, 1, "A"), (1, 2, "A")]
        with pytest.raises(LossError, match="token 1: IO cannot part two spans"):
            spanf1.encode(spans, 2, scheme="IO")
        assert spanf1.encode(spans, 2, scheme="IO", allow_loss=True) == ["I-A", "I-A"]
        assert spanf1.encode([(0, 1, "A"), (1, 2, "B")], 2, scheme="IO") == ["I-A", "I-B"]


class TestDetect:
    def test_evidence(self) -> None:
        found = spanf1.detect([["B-A", "I-A"], ["O", "I-B"]])
        assert found.scheme == "IOB2"
        assert not found.certain
        assert found.ill_formed["IOB2"].kinds == {"O → I": 1}
        assert found.ill_formed["IOB2"].first_line == 4
        assert found.ill_formed["IOBES"].spans == 2
        assert found.foreign["BMES"] == "I"
        assert (found.tokens, found.spans, found.prefixes) == (4, 2, "BI")

    @pytest.mark.parametrize("tags", [["S-A"], ["I-A", "B-A"], ["U-A", "O"], ["W-A"], ["E-A"]])
    def test_agrees_with_evaluate(self, tags) -> None:
        assert spanf1.detect(tags).fitting == spanf1.evaluate([tags], [tags]).gold_schemes

    def test_form(self) -> None:
        assert spanf1.detect(["A/S", "O"]).tag_form == "PER/B"
        assert spanf1.detect(["O", "B"]).tag_form == ""


@pytest.mark.parametrize(
    "function", [spanf1.validate, spanf1.repair, partial(spanf1.convert, to="IOB1")]
)
def test_tags_have_a_scheme(function) -> None:
    with pytest.raises(UsageError, match="is no scheme of tags"):
        function(["B-A", "O"], scheme="none")
