"""The drop-in against seqeval itself: on random tags all that both say must be the same."""

import inspect
from itertools import product
from typing import get_args

import numpy as np
import pytest

from tests.helpers.twins import (
    ALPHABETS,
    AVERAGES,
    LETTERS,
    MODULES,
    OURS,
    PLAIN,
    SCHEMES,
    SCORES,
    STRANGE,
    THEIRS,
    alphabet_of,
    assert_same,
    assert_same_with_scheme,
    labeling,
    labelled,
    module,
    other_letters,
    outcome,
    pairs,
    plain,
    reporters,
    scheme,
    seed_of,
    tags_of,
    their_labeling,
    their_reporters,
    their_scheme,
    their_v1,
    v1,
)

# The default reading.


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [False, True])
@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_entities(alphabet, suffix):
    found = 0
    tags = ALPHABETS[alphabet]
    for gold, predicted in pairs(seed_of(alphabet, suffix), tags, 700, suffix=suffix):
        for seq in (gold, predicted, gold[0]):
            _, [*entities] = assert_same(
                labeling.get_entities, their_labeling.get_entities, seq, suffix
            )[0]
            found += len(entities[1])
    assert found > 700


@pytest.mark.slow
def test_entities_of_two_letters_and_types_of_all_sorts():
    """All sequences of three tags, over every row and column of the grid."""
    tags = [f"{letter}{kind}" for letter in "OBIES.L" for kind in ("-A", "-B", "")]
    for seq in product(tags, repeat=3):
        assert_same(labeling.get_entities, their_labeling.get_entities, [*seq])


def test_chunks_start_and_end_where_they_did():
    letters = [*"OBIES.LUx", "", "BI"]
    for before, after, *types in product(letters, letters, ["A", "_", ""], ["A", "_", ""]):
        for name in ("start_of_chunk", "end_of_chunk"):
            functions = getattr(labeling, name), getattr(their_labeling, name)
            assert_same(*functions, before, after, *types)


ZERO_DIVISIONS = ["warn", 0, 1, 0.0, "1"]


@pytest.mark.slow
@pytest.mark.parametrize("few", [labeling.FEW_TOKENS, -1])
@pytest.mark.parametrize("suffix", [False, True])
@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_scores(alphabet, suffix, few, monkeypatch):
    monkeypatch.setattr(labeling, "FEW_TOKENS", few)
    seed, tags = seed_of("scores", alphabet, suffix), ALPHABETS[alphabet]
    options = product(AVERAGES, ZERO_DIVISIONS)
    for (average, zero_division), both in zip(
        [*options] * 8, pairs(seed, tags, 160, suffix=suffix), strict=True
    ):
        for name in SCORES:
            assert_same(
                getattr(labeling, name),
                getattr(their_labeling, name),
                *both,
                average=average,
                zero_division=zero_division,
                suffix=suffix,
            )


WARN_FOR = [("precision", "recall", "f-score"), ("f-score",), {"f-score"}, ("recall",), ()]
BETAS = [0, 0.5, 1, 2.0, np.inf]


@pytest.mark.parametrize("average", AVERAGES)
def test_precision_recall_fscore_support(average):
    options = [*product(WARN_FOR, BETAS, ["warn", 0, 1])]
    every = pairs(seed_of("prfs", average), PLAIN, 2 * len(options), sentences=2, longest=5)
    for (warn_for, beta, zero_division), both in zip(options * 2, every, strict=True):
        assert_same(
            labeling.precision_recall_fscore_support,
            their_labeling.precision_recall_fscore_support,
            *both,
            average=average,
            warn_for=warn_for,
            beta=beta,
            zero_division=zero_division,
        )
        assert_same_with_scheme(
            "IOBES",
            "metrics.v1",
            "precision_recall_fscore_support",
            *both,
            average=average,
            warn_for=warn_for,
            beta=beta,
            zero_division=zero_division,
        )


@pytest.mark.slow
@pytest.mark.parametrize("output_dict", [False, True])
@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_reports(alphabet, output_dict):
    shown = 0
    options = [*product([False, True], [0, 2, 4, 15], ["warn", 0, 1])]
    for (suffix, digits, zero_division), seed in zip(options * 5, range(120), strict=True):
        [both] = pairs([*seed_of(alphabet), seed], ALPHABETS[alphabet], 1, suffix=suffix)
        every = {"digits": digits, "output_dict": output_dict, "zero_division": zero_division}
        if not labelled(both, suffix):
            continue
        assert_same(
            labeling.classification_report,
            their_labeling.classification_report,
            *both,
            suffix=suffix,
            **every,
        )
        shown += 1
    assert shown > 80


# The strict mode.


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [False, True])
@pytest.mark.parametrize("name", SCHEMES)
def test_strict_entities(name, suffix):
    found = 0
    for gold, predicted in pairs(
        seed_of(name, suffix), alphabet_of(LETTERS[name]), 250, suffix=suffix
    ):
        for tokens in gold:
            ours = outcome(entities_of, scheme, name, tokens, suffix)
            assert ours == outcome(entities_of, their_scheme, name, tokens, suffix)
        ours = outcome(entities_of_all, scheme, name, predicted, suffix)
        assert ours == outcome(entities_of_all, their_scheme, name, predicted, suffix)
        found += sum(map(len, scheme.Entities(predicted, getattr(scheme, name), suffix).entities))
    assert found > 250


def entities_of(package, name, tokens, suffix):
    """Return all that `Tokens` shows."""
    found = package.Tokens(tokens, getattr(package, name), suffix, sent_id=7)
    everything = [*found.extended_tokens, found.outside_token]
    shown = [(repr(token), token.token, token.prefix, token.tag) for token in everything]
    return found.entities, shown, len(found.tokens), found.sent_id


def entities_of_all(package, name, sequences, suffix):
    """Return all that `Entities` shows."""
    found = package.Entities(sequences, getattr(package, name), suffix=suffix)
    return found.entities, found.unique_tags, found.filter("A"), found.filter("none")


@pytest.mark.slow
@pytest.mark.parametrize("name", SCHEMES)
def test_tags_that_a_scheme_refuses(name):
    """Which tag is named, of several that are refused, is the same too."""
    refused = 0
    tags = alphabet_of(LETTERS[name]) * 8 + STRANGE
    for both in pairs(seed_of("refused", name), tags, 250):
        for side in both:
            ours = outcome(entities_of_all, scheme, name, side, False)
            theirs = outcome(entities_of_all, their_scheme, name, side, False)
            assert ours == theirs, side
            refused += theirs[0] == "error"
        assert_same_with_scheme(name, "metrics", "f1_score", *both, mode="strict")
    assert 40 < refused < 460


@pytest.mark.slow
@pytest.mark.parametrize("name", SCHEMES)
def test_strict_scores_and_reports(name):
    options = [*product([False, True], AVERAGES, ["warn", 0, 1])]
    for (suffix, average, zero_division), seed in zip(options * 3, range(72), strict=True):
        [both] = pairs([*seed_of(name), seed], alphabet_of(LETTERS[name]), 1, suffix=suffix)
        strict = {"mode": "strict", "suffix": suffix, "zero_division": zero_division}
        for figure in SCORES:
            assert_same_with_scheme(name, "metrics", figure, *both, average=average, **strict)
        labels = assert_same_with_scheme(name, "metrics.v1", "unique_labels", *both, suffix=suffix)
        for output_dict in [False, True] if labels[0][1][1] else []:
            shown = {"output_dict": output_dict, "digits": seed % 5}
            assert_same_with_scheme(
                name, "metrics", "classification_report", *both, **shown, **strict
            )


@pytest.mark.parametrize("name", SCHEMES)
def test_tables_of_the_schemes(name):
    ours, theirs = getattr(scheme, name), getattr(their_scheme, name)
    assert plain(ours.allowed_prefix) == plain(theirs.allowed_prefix)
    for table in ("start_patterns", "inside_patterns", "end_patterns"):
        assert plain(getattr(ours, table)) == plain(getattr(theirs, table))


@pytest.mark.parametrize("suffix", [False, True])
def test_reports_that_detect_the_scheme(suffix):
    detected = set()
    letters = ["BIO", "IEO", "BIESO", "BILUO", "BE", "S", "U", "BLIO", "IO", "BIU", "XB"]
    for seed, prefixes in enumerate(letters * 20):
        [both] = pairs([seed], alphabet_of(prefixes), 1, suffix=suffix)
        if not any(tag != "O" for sentence in both[0] for tag in sentence):
            continue
        result = assert_same(scheme.auto_detect, their_scheme.auto_detect, both[0], suffix)
        if result[0] == "error":
            detected.add("none")
            continue
        detected.add(result[0][1])
        both = both[0], both[0]
        options = {"suffix": suffix, "mode": "strict", "output_dict": True}
        functions = (package.classification_report for package in (labeling, their_labeling))
        assert_same(*functions, *both, **options)
    assert detected == {"IOB2", "IOE2", "IOBES", "BILOU", "none"}


def test_detection_of_all_sets_of_letters():
    for count in range(1 << 7):
        tags = [letter for k, letter in enumerate("IOBESUL") if count >> k & 1]
        ours, theirs = (
            outcome(scheme.auto_detect, [tags]),
            outcome(their_scheme.auto_detect, [tags]),
        )
        # The order of a set is not to be relied upon.
        assert [sorted(part) for part in ours[:3]] == [sorted(part) for part in theirs[:3]]


# Schemes that a user writes. Each maker is given the module, and so serves both packages.


def with_gaps(module):
    class WithGaps(module.Token):
        allowed_prefix = module.Prefix.I | module.Prefix.O | module.Prefix.B
        start_patterns = frozenset({(module.Prefix.ANY, module.Prefix.B, module.Tag.ANY)})
        inside_patterns = ((module.Prefix.ANY, module.Prefix.I, module.Tag.ANY),)
        end_patterns = ((module.Prefix.I, module.Prefix.ANY, module.Tag.DIFF),)

    return WithGaps


def inside_only(module):
    class InsideOnly(module.Token):
        allowed_prefix = module.Prefix.I | module.Prefix.O
        start_patterns = module.IOB1.start_patterns
        inside_patterns = module.IOB2.inside_patterns
        end_patterns = module.IOB2.end_patterns | {
            (module.Prefix.I, module.Prefix.ANY, module.Tag.DIFF)
        }

    return InsideOnly


def lower_case(module):
    class LowerCase(module.IOB2):
        def check_tag(self, prev, cond):
            if cond == module.Tag.SAME:
                return prev.tag.lower() == self.tag.lower()
            return super().check_tag(prev, cond)

    return LowerCase


def eager(module):
    class Eager(module.IOB2):
        def is_start(self, prev):  # noqa: ARG002
            return self.prefix != module.Prefix.O

        def is_inside(self, prev):
            return self.tag == prev.tag != "_"

        def is_end(self, prev):
            return prev.tag != "A" or super().is_end(prev)

    return Eager


def particular(module):
    class Particular(module.IOB2):
        def is_valid(self):
            if self.tag == "A-B":
                raise LookupError(f"not {self.token}")
            return False

    return Particular


def particular_inside(module):
    class ParticularInside(with_gaps(module)):
        def is_valid(self):
            if self.token in {"I", "I-A-B"}:
                raise LookupError(f"not {self.token}")

    return ParticularInside


def of_two_minds(module):
    class OfTwoMinds(module.IOB2):
        @property
        def start_patterns(self):
            return module.IOB1.start_patterns if self.tag == "A" else module.IOB2.start_patterns

        @property
        def end_patterns(self):
            return module.IOB1.end_patterns if self.tag == "A" else module.IOB2.end_patterns

    return OfTwoMinds


def entities_by(package, made, tokens):
    return package.Tokens(tokens, made).entities


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "letters"),
    [
        (with_gaps, "BIO"),
        (inside_only, "IO"),
        (other_letters, "BMEWO"),
        (lower_case, "BIO"),
        (eager, "BIO"),
        (of_two_minds, "BIO"),
        (particular, "BIO"),
        (particular_inside, "BIO"),
    ],
)
def test_schemes_of_users(make, letters):
    outcomes = set()
    ours, theirs = make(scheme), make(their_scheme)
    for both in pairs(seed_of(make.__name__), alphabet_of(letters, ["A", "a", "A-B"]), 300):
        for tokens in both[0]:
            found = outcome(entities_by, scheme, ours, tokens)
            assert found == outcome(entities_by, their_scheme, theirs, tokens), tokens
        strict = {"mode": "strict", "average": "macro"}
        result = outcome(labeling.f1_score, *both, scheme=ours, **strict)
        assert result == outcome(their_labeling.f1_score, *both, scheme=theirs, **strict), both
        outcomes.add(str(result[0]))
    assert len(outcomes) > 5 or "error" in outcomes


def with_patterns(module, tables):
    """Return a scheme of patterns given by names."""
    start, inside, end = (
        {(module.Prefix[a], module.Prefix[b], module.Tag[same]) for a, b, same in table}
        for table in tables
    )
    return type(
        "WithPatterns",
        (module.Token,),
        {
            "allowed_prefix": module.Prefix.ANY,
            "start_patterns": start,
            "inside_patterns": inside,
            "end_patterns": end,
        },
    )


@pytest.mark.parametrize("seed", range(60))
def test_schemes_of_any_patterns(seed):
    """The rules of the walk are not those of a few schemes only."""
    rng = np.random.default_rng(seed)

    def patterns(letters):
        columns = ["OIBE", letters, ["SAME", "DIFF", "ANY"]]
        return [[str(rng.choice([*column])) for column in columns] for _ in range(4)]

    # That O starts an entity, or goes on with one, seqeval does not always survive.
    tables = patterns("IBE"), patterns("IBE"), patterns("OIBE")
    ours, theirs = with_patterns(scheme, tables), with_patterns(their_scheme, tables)
    for both in pairs(seed, alphabet_of("IBEO"), 20):
        strict = {"mode": "strict", "average": None, "zero_division": 0}
        result = outcome(labeling.f1_score, *both, scheme=ours, **strict)
        assert result == outcome(their_labeling.f1_score, *both, scheme=theirs, **strict)
        found = outcome(entities_by, scheme, ours, both[0][0])
        assert found == outcome(entities_by, their_scheme, theirs, both[0][0])


def test_a_scheme_of_the_package_itself_works_here():
    gold = [["B-A", "I-A", "O"]]
    assert labeling.f1_score(gold, gold, mode="strict", scheme=their_scheme.IOB2) == 1.0
    tags = [["I-A", "B-A", "O"]]
    for name in SCHEMES[:1] + SCHEMES[2:3]:
        reports = [
            labeling.classification_report(
                tags, tags, mode="strict", scheme=getattr(package, name), output_dict=True
            )
            for package in (scheme, their_scheme)
        ]
        assert plain(reports[0]) == plain(reports[1])
        assert reports[0]["micro avg"]["support"] == (2 if name == "IOB1" else 1)


# Tokens, and tags in greater number.


def flat_and_nested(gold, predicted):
    yield gold, predicted
    yield gold[0], predicted[0]


@pytest.mark.parametrize("name", ["accuracy_score", "performance_measure"])
def test_tokens(name):
    functions = getattr(labeling, name), getattr(their_labeling, name)
    for both in pairs(seed_of(name), STRANGE + ["O"] * 40, 500):
        for sides in flat_and_nested(*both):
            if any(sides[0]):
                assert_same(*functions, *sides)


@pytest.mark.parametrize("name", ["accuracy_score", "performance_measure"])
def test_tokens_in_arrays_and_of_unequal_number(name):
    functions = getattr(labeling, name), getattr(their_labeling, name)
    arrays = np.array(["O", "B-A", "O", "I-A"]), np.array(["O", "B-A", "I-A", "O"])
    assert_same(*functions, *arrays)
    assert_same(*functions, ["O", "B-A", "B-A"], ["O", "O"])
    assert_same(*functions, [["O", "B-A"], ["B-A"]], [["O"], ["O", "O"]])


def test_more_tags_than_a_byte_can_number():
    rng = np.random.default_rng(3)
    tags = ["O", *(f"{x}-T{k}" for x in "BI" for k in range(300))]
    gold = [tags_of(rng, tags, 40, suffix=False) for _ in range(60)]
    predicted = [sentence[:30] + ["B-T1"] * 10 for sentence in gold]
    options = {"zero_division": 0, "output_dict": True}
    functions = (package.classification_report for package in (labeling, their_labeling))
    assert_same(*functions, gold, predicted, **options)
    assert_same_with_scheme(
        "IOB2", "metrics", "classification_report", gold, predicted, mode="strict", **options
    )


# Arguments.


@pytest.mark.parametrize(
    ("gold", "predicted", "options"),
    [
        ([["B-A"]], [["B-A", "O"]], {}),
        ([["B-A"], []], [["B-A"]], {}),
        ([], [["B-A"]], {}),
        ([("B-A",)], [("B-A",)], {}),
        (["B-A"], ["B-A"], {}),
        ([["B-A"]], [["B-A"]], {"average": "samples"}),
        ([["B-A"]], [["B-A"]], {"average": "mega"}),
        (5, 5, {}),
    ],
)
def test_arguments_that_are_refused(gold, predicted, options):
    for name in SCORES:
        functions = getattr(labeling, name), getattr(their_labeling, name)
        result = assert_same(*functions, gold, predicted, **options)
        assert result[0] == "error"
    functions = (package.precision_recall_fscore_support for package in (labeling, their_labeling))
    assert_same(*functions, gold, predicted, **options)


@pytest.mark.parametrize(
    ("gold", "predicted", "options"),
    [
        ([["B-A"]], [["B-A", "O"]], {}),
        (["B-A"], ["B-A"], {}),
        ([["B-A"]], [["B-A"]], {"mode": "strict", "scheme": "IOB2"}),
        ([["X-A"]], [["B-A"]], {"mode": "strict"}),
        ([["I-A"]], [["I-A"]], {"mode": "strict"}),
        ([["B-A"]], [["E-A"]], {"mode": "strict"}),
    ],
)
def test_reports_that_are_refused(gold, predicted, options):
    functions = (package.classification_report for package in (labeling, their_labeling))
    assert assert_same(*functions, gold, predicted, **options)[0] == "error"


def test_a_scheme_that_is_no_class_is_refused():
    for name in SCORES:
        functions = getattr(labeling, name), getattr(their_labeling, name)
        result = assert_same(*functions, [["B-A"]], [["B-A"]], mode="strict", scheme="IOB2")
        assert result[:2] == ("error", "TypeError")


def test_a_negative_beta_is_refused():
    for where in ("metrics.sequence_labeling", "metrics.v1"):
        ours, theirs = (
            module(package, where).precision_recall_fscore_support for package in (OURS, THEIRS)
        )
        assert assert_same(ours, theirs, [["B-A"]], [["O"]], beta=-0.1)[0] == "error"


@pytest.mark.parametrize(
    "sides",
    [([[]], [[]]), ([["B"]], [["B"]]), ([()], [()]), ([[]], [["B"]]), (["B"], ["B"]), (5, [[]])],
)
def test_lengths(sides):
    assert_same(v1.check_consistent_length, their_v1.check_consistent_length, *sides)


@pytest.mark.parametrize(
    "token", ["B-A", "O", "I", "B--", "X", "X-A", b"B-A", "", "-", "ANY", "A-B"]
)
@pytest.mark.parametrize("suffix", [False, True])
@pytest.mark.parametrize("delimiter", ["-", "_", "-A"])
def test_tokens_are_taken_apart_alike(token, suffix, delimiter):
    def parts(package):
        made = package.IOB2(token, suffix=suffix, delimiter=delimiter)
        return made.prefix, made.tag, str(made), made.is_valid()

    assert outcome(parts, scheme) == outcome(parts, their_scheme)


def test_entities_that_were_read_before():
    for gold, predicted in pairs(seed_of("given"), alphabet_of("BIO"), 100):
        for ours, theirs in (
            (("entities_true",), ("entities_true",)),
            (("entities_true", "entities_pred"),) * 2,
        ):
            results = []
            for package, where, names in ((scheme, v1, ours), (their_scheme, their_v1, theirs)):
                given = [package.Entities(side, package.IOB2) for side in (gold, predicted)]
                results.append(
                    outcome(
                        where.precision_recall_fscore_support,
                        gold,
                        predicted,
                        scheme=package.IOB2,
                        **dict(zip(names, given, strict=False)),
                    )
                )
            assert results[0] == results[1]


# The shape of the package.


def public(package, name):
    found = module(package, name)
    return {
        key
        for key, value in vars(found).items()
        if not key.startswith("_")
        and getattr(value, "__module__", package).startswith((package, "typing"))
        and not inspect.ismodule(value)
        and getattr(value, "__module__", "") != "typing"
    }


@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_is_there(name):
    theirs = public(THEIRS, name)
    assert theirs
    assert theirs <= {*dir(module(OURS, name))}


def test_types_and_the_warning_are_there():
    assert len(get_args(v1.PER_CLASS_SCORES)) == len(get_args(v1.AVERAGE_SCORES)) == 4
    assert {*get_args(v1.SCORES)} == {v1.PER_CLASS_SCORES, v1.AVERAGE_SCORES}
    assert labeling.SCORES is v1.SCORES
    assert v1.UndefinedMetricWarning is their_v1.UndefinedMetricWarning
    assert labeling.cr is v1.classification_report
    with pytest.raises(AttributeError, match="no attribute 'other'"):
        v1.other  # noqa: B018


def callables(package):
    for name in MODULES:
        for key in sorted(public(THEIRS, name)):
            value = getattr(module(package, name), key)
            yield f"{name}.{key}", value
            if inspect.isclass(value):
                methods = vars(getattr(module(THEIRS, name), key))
                for method in methods:
                    if not method.startswith("_") and hasattr(value, method):
                        yield f"{name}.{key}.{method}", getattr(value, method)


def parameters(value):
    return [(p.name, p.kind, p.default) for p in inspect.signature(value).parameters.values()]


def test_every_signature_is_the_same():
    ours, theirs = dict(callables(OURS)), dict(callables(THEIRS))
    assert ours.keys() == theirs.keys()
    seen = 0
    for name, value in theirs.items():
        if inspect.isroutine(value) or (inspect.isclass(value) and "Prefix" not in name):
            if issubclass_of_enum(value):
                continue
            assert parameters(ours[name]) == parameters(value), name
            seen += 1
    assert seen > 40


def issubclass_of_enum(value):
    return inspect.isclass(value) and hasattr(value, "__members__")


def test_members_of_the_enumerations():
    for name in ("Prefix", "Tag"):
        ours, theirs = getattr(scheme, name), getattr(their_scheme, name)
        members = [{k: v.value for k, v in kind.__members__.items()} for kind in (ours, theirs)]
        assert members[0] == members[1]
    assert [*scheme.Prefixes] == [*their_scheme.Prefixes]


def test_reporters():
    rows = [("PER", 0.5, 1 / 3, np.float64(0.4), 12), ("a longer name than most", 1, 0, 0.0, 0)]
    for options in ({}, {"width": 3}, {"digits": 1, "width": 30}):
        results = []
        for package in (reporters, their_reporters):
            text, figures = package.StringReporter(**options), package.DictReporter(**options)
            for reporter in (text, figures):
                for row in rows:
                    reporter.write(*row)
                    reporter.write_blank()
            shown = text.report(), text.write_header(), text.buffer, text.width, text.digits
            results.append(plain([*shown, figures.report(), figures.report_dict]))
        assert results[0] == results[1]


def test_the_base_of_the_reporters_is_abstract():
    assert issubclass(reporters.DictReporter, reporters.Reporter)
    with pytest.raises(TypeError, match="abstract"):
        reporters.Reporter()


def test_entities_compare_by_what_they_are():
    entity = scheme.Entity(1, 2, 3, "A")
    assert entity == scheme.Entity(1, 2, 3, "A")
    assert {entity} == {scheme.Entity(1, 2, 3, "A")}
    assert entity != scheme.Entity(1, 2, 3, "B")
    assert entity != (1, "A", 2, 3)
    assert repr(entity) == repr(their_scheme.Entity(1, 2, 3, "A"))
