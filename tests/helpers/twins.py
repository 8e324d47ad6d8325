"""seqeval and the drop-in for it: random tags for both, and what a call to either comes to."""

import importlib
import warnings

import numpy as np

from spanf1.core.seqeval import STRICT_PATTERNS

OURS, THEIRS = "spanf1.compat.seqeval", "seqeval"
MODULES = ["metrics", "metrics.sequence_labeling", "metrics.v1", "scheme", "reporters"]
SCHEMES = ["IOB1", "IOE1", "IOB2", "IOE2", "IOBES", "BILOU"]
SCORES = ["precision_score", "recall_score", "f1_score"]
AVERAGES = [None, "micro", "macro", "weighted"]
NO_TAG = " seems not to be NE tag."


def module(package, name):
    return importlib.import_module(f"{package}.{name}")


labeling, their_labeling = (module(p, "metrics.sequence_labeling") for p in (OURS, THEIRS))
v1, their_v1 = (module(p, "metrics.v1") for p in (OURS, THEIRS))
scheme, their_scheme = (module(p, "scheme") for p in (OURS, THEIRS))
reporters, their_reporters = (module(p, "reporters") for p in (OURS, THEIRS))


# Random tags.

TYPES = ["A", "B", "A-B", "組織"]
LETTERS = {name: patterns.letters for name, patterns in STRICT_PATTERNS.items()}
PLAIN = ["O", "O", "O", *(f"{letter}-{kind}" for letter in "BIES" for kind in "AB")]
UNTYPED = ["O", *"BIES"]
STRANGE = [
    *(f"{letter}-{kind}" for letter in "BIESLUMWO.bx" for kind in TYPES),
    *"BIESLUMWO.bx-",
    *("B-", "-B", "I-", "--", "-A", "BA", "BA-B", "O-", "IA-A-B", "B--A", "PER", "AB", "."),
]
ALPHABETS = {"plain": PLAIN, "untyped": UNTYPED, "strange": STRANGE, "mixed": PLAIN + STRANGE}


def reversed_tag(tag):
    """Return a tag with its letter last."""
    letter, hyphen, kind = tag.partition("-")
    return f"{kind}{hyphen}{letter}" if len(letter) == 1 else tag


def alphabet_of(letters, types=("A", "B", "A-B")):
    return ["O", "O", *letters, *(f"{x}-{kind}" for x in letters if x != "O" for kind in types)]


def tags_of(rng, alphabet, length, suffix):
    tags = [alphabet[k] for k in rng.integers(len(alphabet), size=length).tolist()]
    return [*map(reversed_tag, tags)] if suffix else tags


def pairs(seed, alphabet, count, *, sentences=3, longest=8, suffix=False):
    """Yield gold and predicted sentences that have much in common."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        lengths = rng.integers(0, longest, rng.integers(1, sentences + 1)).tolist()
        gold = [tags_of(rng, alphabet, length, suffix) for length in lengths]
        other = [tags_of(rng, alphabet, length, suffix) for length in lengths]
        draws = iter(rng.random(sum(lengths)).tolist())
        yield (
            gold,
            [
                [a if next(draws) < 0.7 else b for a, b in zip(*both, strict=True)]
                for both in zip(gold, other, strict=True)
            ],
        )


def seed_of(*words):
    return list("/".join(map(str, words)).encode())


# What a call comes to.


def plain(value):
    """Return a value with the types of all that is in it, so that 1 and 1.0 are not equal."""
    if isinstance(value, type):
        return value.__name__
    kind = type(value).__name__
    match value:
        case np.ndarray():
            shown = value.dtype.str, value.shape, [*map(repr, value.tolist())]
        case dict():
            shown = [(plain(key), plain(item)) for key, item in value.items()]
        case list() | tuple():
            shown = [*map(plain, value)]
        case set():
            shown = sorted(map(repr, map(plain, value)))
        case scheme.Entity() | their_scheme.Entity():
            shown = plain(value.to_tuple())
        case _:
            shown = repr(value)
    return kind, shown


def summary(tags):
    """Return what is warned of tags that are none; seqeval says it of each."""
    named, rest = ", ".join(tags[:8]), len(tags) - 8
    more = f" and {rest} more" if rest > 0 else ""
    return f"{named}{more}{' each' if len(tags) > 1 else ''}{NO_TAG}"


def outcome(function, *args, **options):
    """Return what a call returns or raises, and the warnings it gives, each once."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = "value", plain(function(*args, **options))
        except Exception as error:
            result = "error", type(error).__name__, str(error)
    found = dict.fromkeys((w.category, str(w.message)) for w in caught)
    strange = [text.removesuffix(NO_TAG) for _, text in found if text.endswith(NO_TAG)]
    others = {note for note in found if not note[1].endswith(NO_TAG)}
    if function.__module__.startswith(THEIRS) and strange:
        strange = [summary(strange).removesuffix(NO_TAG)]
    # What a call would have warned of before it failed is of no use.
    return (result, strange, others) if result[0] == "value" else result


def assert_same(ours, theirs, *args, **options):
    expected = outcome(theirs, *args, **options)
    assert outcome(ours, *args, **options) == expected, (args, options)
    return expected


def assert_same_with_scheme(name, where, function, *args, **options):
    """Call a function of both packages, each with its own class of the scheme."""
    ours = outcome(
        getattr(module(OURS, where), function), *args, scheme=getattr(scheme, name), **options
    )
    theirs = outcome(
        getattr(module(THEIRS, where), function),
        *args,
        scheme=getattr(their_scheme, name),
        **options,
    )
    assert ours == theirs, (args, options)
    return theirs


def labelled(both, suffix):
    """Return whether seqeval finds an entity: its report as text crashes where there is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return any(their_labeling.get_entities(side, suffix) for side in both)


# A scheme that a user might write. It is given the module, and so serves both packages.


def other_letters(module):
    class OtherLetters(module.IOBES):
        def __init__(self, token, suffix=False, delimiter="-"):
            super().__init__(token.translate(str.maketrans("MW", "IS")), suffix, delimiter)
            self.token = token

    return OtherLetters
