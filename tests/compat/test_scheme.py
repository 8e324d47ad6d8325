"""Schemes that a user writes, against seqeval: what is asked of a token, when, and how often."""

import sys

import numpy as np
import pytest

from tests.helpers.twins import (
    SCHEMES,
    alphabet_of,
    assert_same,
    labeling,
    outcome,
    pairs,
    plain,
    scheme,
    seed_of,
    their_labeling,
    their_scheme,
    their_v1,
    v1,
)

# Each maker is given the module, and so serves both packages.


def guarded(module):
    """Is never to be asked whether it is inside after O, or ends there."""

    class Guarded(module.IOB2):
        def is_inside(self, prev):
            assert prev.prefix != module.Prefix.O
            return super().is_inside(prev)

        def is_end(self, prev):
            assert prev.prefix != module.Prefix.O
            return super().is_end(prev)

    return Guarded


def by_a_table(module):
    """Knows the answers for its own letters only."""
    P = module.Prefix  # noqa: N806
    table = {(a, b): b == P.B for a in (P.O, P.B, P.I) for b in (P.O, P.B, P.I)}

    class ByATable(module.IOB2):
        def is_start(self, prev):
            return table[prev.prefix, self.prefix]

    return ByATable


def noting(module):
    """Writes down all that it is asked, and of which object."""

    class Noting(module.IOB1):
        log = []  # noqa: RUF012
        made = 0

        def __init__(self, token, suffix=False, delimiter="-"):
            super().__init__(token, suffix, delimiter)
            type(self).made += 1
            self.number = self.made

        def is_valid(self):
            self.log.append(("valid", self.number))
            return super().is_valid()

        def is_start(self, prev):
            self.log.append(("start", prev.number, self.number))
            return super().is_start(prev)

        def is_inside(self, prev):
            self.log.append(("inside", prev.number, self.number))
            return super().is_inside(prev)

        def is_end(self, prev):
            self.log.append(("end", prev.number, self.number))
            return super().is_end(prev)

    return Noting


def every_other(module):
    """Has a state: of the tokens that might start an entity, every other does."""

    class EveryOther(module.IOB2):
        asked = 0

        def is_start(self, prev):
            if not super().is_start(prev):
                return False
            type(self).asked += 1
            return self.asked % 2 == 1

    return EveryOther


def by_identity(module):
    class ByIdentity(module.IOB2):
        def is_inside(self, prev):
            return super().is_inside(prev) and prev is not self

    return ByIdentity


def other_types(module):
    """Makes letter and type in its own way, with more attributes."""

    class OtherTypes(module.Token):
        allowed_prefix = module.Prefix.ANY
        start_patterns = module.IOB2.start_patterns
        inside_patterns = module.IOB2.inside_patterns
        end_patterns = module.IOB2.end_patterns

        def __init__(self, token, suffix=False, delimiter="-"):  # noqa: ARG002
            letters = {"": "O", "O": "O"}
            self.token = token
            self.prefix = module.Prefixes[letters.get(token, token[:1])]
            self.tag = token[2:].lower() or "nothing"
            self.extra = len(token)

        def is_start(self, prev):
            return super().is_start(prev) and self.extra < 4

    return OtherTypes


def without_patterns(module):
    class WithoutPatterns(module.Token):
        allowed_prefix = module.Prefix.ANY

    return WithoutPatterns


def odd_patterns(module):
    class OddPatterns(module.IOB2):
        start_patterns = [("IOB", module.Prefix.B, module.Tag.ANY)]  # noqa: RUF012

    return OddPatterns


def the_base(module):
    return module.Token


MAKERS = [
    *(guarded, by_a_table, noting, every_other, by_identity, other_types),
    *(without_patterns, odd_patterns, the_base),
]


def entities_by(package, make, sides):
    """Return what a fresh class finds, and what it wrote down."""
    made = make(package)
    entities = [package.Entities(side, made).entities for side in sides]
    return entities, getattr(made, "log", None), getattr(made, "made", None)


@pytest.mark.slow
@pytest.mark.parametrize("make", MAKERS)
def test_a_token_is_made_and_asked_as_in_seqeval(make):
    for both in pairs(seed_of(make.__name__), alphabet_of("BIO"), 120):
        found = outcome(entities_by, scheme, make, both)
        assert found == outcome(entities_by, their_scheme, make, both), both
        for figure in ("f1_score", "precision_score"):
            strict = {"mode": "strict", "average": None}
            ours = outcome(getattr(labeling, figure), *both, scheme=make(scheme), **strict)
            theirs = outcome(
                getattr(their_labeling, figure), *both, scheme=make(their_scheme), **strict
            )
            assert ours == theirs, both


def test_a_scheme_may_take_empty_tags():
    sides = [["B-A", "", "B-B"]], [["B-A", "", "I-A"]]
    ours = outcome(labeling.f1_score, *sides, mode="strict", scheme=other_types(scheme))
    assert ours == outcome(
        their_labeling.f1_score, *sides, mode="strict", scheme=other_types(their_scheme)
    )
    assert ours[0][0] == "value"
    assert not ours[1]


def test_a_method_that_is_put_into_a_class_later(monkeypatch):
    sides = [["B-A", "I-A"]], [["B-A", "O"]]
    for package in (scheme, their_scheme):
        monkeypatch.setattr(package.IOB2, "is_inside", lambda *_: False)
    results = [
        outcome(where.f1_score, *sides, mode="strict", scheme=package.IOB2)
        for where, package in ((labeling, scheme), (their_labeling, their_scheme))
    ]
    assert results[0] == results[1]


# Schemes by patterns in which O starts an entity, or goes on with one.


class EndlessError(Exception):
    """seqeval would not come to an end."""


@pytest.fixture
def no_endless_loops(monkeypatch):
    """Let seqeval give up after a thousand steps, which is more than any sentence here has."""
    forward = their_scheme.Tokens._forward

    def counted(self, start, prev):
        self.steps = getattr(self, "steps", 0) + 1
        if self.steps > 1000:
            raise EndlessError
        return forward(self, start, prev)

    monkeypatch.setattr(their_scheme.Tokens, "_forward", counted)


def with_o(module, seed):
    """Return a scheme of random patterns, of which some have an O behind."""
    rng = np.random.default_rng(seed)

    def patterns(count):
        choices = [[*"OIBE"], [*"OIBE"], ["SAME", "DIFF", "ANY"]]
        drawn = [[str(rng.choice(column)) for column in choices] for _ in range(count)]
        return {
            (module.Prefix[before], module.Prefix[after], module.Tag[same])
            for before, after, same in drawn
        }

    tables = {f"{name}_patterns": patterns(4) for name in ("start", "inside", "end")}
    letters = module.Prefix.ANY if seed % 3 else module.IOB2.allowed_prefix
    return type("WithO", (module.Token,), {"allowed_prefix": letters, **tables})


def entities_of(package, made, tags):
    return package.Tokens(tags, made).entities


def kind_of(result):
    """Return what a call came to; of an empty sentence, seqeval leaves the list behind."""
    kind = result[1] if result[0] == "error" else "value"
    return "EndlessError" if kind == "IndexError" else kind


@pytest.mark.slow
@pytest.mark.usefixtures("no_endless_loops")
def test_schemes_in_which_o_is_part_of_entities():
    ends = {"value": 0, "ValueError": 0, "EndlessError": 0}
    for seed in range(120):
        ours, theirs = with_o(scheme, seed), with_o(their_scheme, seed)
        for both in pairs(seed, alphabet_of("IBEO", ["A"]), 8):
            for tags in both[0]:
                expected = outcome(entities_of, their_scheme, theirs, tags)
                found = outcome(entities_of, scheme, ours, tags)
                kind = kind_of(expected)
                ends[kind] += 1
                if kind == "EndlessError":
                    assert found[:2] == ("error", "ValueError")
                    assert "has no end" in found[2]
                    continue
                assert found == expected, (seed, tags)
            strict = {"mode": "strict", "average": None, "zero_division": 0}
            expected = outcome(their_labeling.f1_score, *both, scheme=theirs, **strict)
            if kind_of(expected) != "EndlessError":
                assert outcome(labeling.f1_score, *both, scheme=ours, **strict) == expected
    assert min(ends.values()) > 50, ends


def test_an_o_that_goes_on_with_an_entity_before_the_last_token():
    """There seqeval does come to an end: the last token is not part of the entity."""

    def gaps(module):
        P, T = module.Prefix, module.Tag  # noqa: N806
        inside = module.IOB2.inside_patterns | {(P.B, P.O, T.ANY), (P.O, P.O, T.ANY)}
        tables = {"inside_patterns": inside, "end_patterns": {(P.ANY, P.ANY, T.ANY)}}
        return type("Gaps", (module.IOB2,), tables)

    tags = ["B-A", "O", "O"]
    assert plain(scheme.Tokens(tags, gaps(scheme)).entities) == plain(
        their_scheme.Tokens(tags, gaps(their_scheme)).entities
    )
    with pytest.raises(ValueError, match="has no end: B-A, token 0"):
        _ = scheme.Tokens(["B-A"], gaps(scheme)).entities


# Subclasses of `Tokens`.


def lenient_tokens(module):
    class LenientTokens(module.Tokens):
        def _forward(self, start, prev):
            return min(super()._forward(start, prev), start + 1)

        def _is_end(self, i):
            return super()._is_end(i) or i == len(self.tokens)

    return LenientTokens


@pytest.mark.parametrize("name", SCHEMES)
def test_tokens_whose_methods_are_overridden(name):
    for gold, predicted in pairs(seed_of("tokens", name), alphabet_of("BIEO"), 60):
        for tags in (*gold, *predicted):
            ours, theirs = (
                outcome(
                    lambda package, tags: (
                        lenient_tokens(package)(tags, getattr(package, name), sent_id=3).entities
                    ),
                    package,
                    tags,
                )
                for package in (scheme, their_scheme)
            )
            assert ours == theirs


# What programs import although it is private.


@pytest.mark.parametrize("average", [None, "micro", "samples"])
@pytest.mark.parametrize("zero_division", ["warn", 0, 1, "1"])
@pytest.mark.parametrize(
    "warn_for", [("precision", "recall", "f-score"), ("precision",), ("f-score",), set()]
)
def test_ratios(average, zero_division, warn_for):
    arrays = [
        ([1, 2, 0], [2, 0, 0]),
        ([1.5, 0.0], [3.0, 0.0]),
        ([0], [0]),
        ([], []),
        ([3], [4]),
    ]
    for figure, modifier in (("precision", "predicted"), ("recall", "true")):
        for part, whole in arrays:
            given = np.array(part), np.array(whole), figure, modifier, average, warn_for
            assert_same(v1._prf_divide, their_v1._prf_divide, *given, zero_division)


@pytest.mark.parametrize("average", [None, "samples"])
@pytest.mark.parametrize("size", [1, 2])
def test_the_warning_alone(average, size):
    given = average, "true nor predicted", "F-score is", size
    result = assert_same(v1._warn_prf, their_v1._warn_prf, *given)
    assert result[2]


@pytest.mark.parametrize("average", [None, "micro", "macro", "weighted", "samples"])
def test_scores_of_counts_that_a_program_makes(average):
    def count(y_true, y_pred, suffix, scheme):
        assert (suffix, scheme) == (True, "any")
        numbers = [len(side[0]) for side in (y_true, y_pred)]
        return np.array([numbers[0], 4]), np.array([1, 0]), np.array([numbers[1], 0])

    options = {"average": average, "beta": 2, "scheme": "any", "suffix": True}
    function = v1._precision_recall_fscore_support
    assert labeling._precision_recall_fscore_support is function
    theirs = their_v1._precision_recall_fscore_support
    sides = [["a", "b"]], [["a", "c"]]
    assert_same(function, theirs, *sides, extract_tp_actual_correct=count, **options)
    assert_same(function, theirs, [["a"]], [["a", "c"]], extract_tp_actual_correct=count)
    assert_same(function, theirs, *sides, beta=-1)


def test_the_warning_is_among_the_names_of_the_module():
    assert "UndefinedMetricWarning" in v1.__all__
    names = {}
    exec(f"from {v1.__name__} import *", names)  # noqa: S102
    assert names["UndefinedMetricWarning"] is their_v1.UndefinedMetricWarning
    assert "sklearn" in sys.modules
