"""What shapes the numbers, besides the input: schemes, reading, match, averages, intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from itertools import chain
from operator import index
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from spanf1.core.schemes import NO_TAGS, READINGS, SCHEME_NAMES, ReadingName, SchemeName
from spanf1.core.typemap import TypeMap
from spanf1.exceptions import UsageError, check_known

if TYPE_CHECKING:
    from spanf1.core.credits import Crediting

AUTO: Final = "auto"

#: a scheme of tags, or that it is to be detected
TagScheme = Literal[SchemeName, "auto"]
#: a scheme of what may be tags, or spans given as such
AnyScheme = Literal[TagScheme, "none"]

#: what makes a span correct, and what is counted
MATCHES = {
    "exact": "every span counts",
    "surface": "every distinct text and type counts once; it is correct if one of its spans is",
    "text": "every span counts, and is correct by its text and type, wherever it is in a document",
    "set": "as text, but each text and type counts once in a document, however often it occurs",
}
#: a key of `MATCHES`, for type checkers
MatchName = Literal["exact", "surface", "text", "set"]
#: those that compare what spans say, and not where they are
BY_TEXT: tuple[MatchName, ...] = ("text", "set")
#: those that need the text of spans; all others are of places, in tags too
BY_FORM: tuple[MatchName, ...] = ("surface", *BY_TEXT)

#: what is done about tokens without a prediction
MISSING = {
    "error": "predictions that stop early are refused",
    "outside": "tokens without a prediction count as O",
    "drop": "tokens without a prediction do not count",
}
#: a key of `MISSING`, for type checkers
MissingName = Literal["error", "outside", "drop"]

#: what may make no difference between texts
NORMALIZATIONS = {
    "nfkc": "what Unicode's NFKC takes for the same",
    "case": "upper and lower case",
    "space": "how much white space there is",
}
#: a key of `NORMALIZATIONS`, for type checkers
NormalizationName = Literal["nfkc", "case", "space"]

#: what `Options.types` may say instead of naming types
TypeSet = Literal["union", "gold", "predicted"]
TYPE_SETS: tuple[TypeSet, ...] = get_args(TypeSet)


#: the match of all modes of SemEval-2013 task 9.1 side by side
MODES: Final = "semeval"


def _rule_name(match: object) -> str:
    """Return the name of a rule of credit, as it is written."""
    from spanf1.core.credits import parse_rule

    if not isinstance(match, str):
        raise UsageError(f"match is {match!r}: it is to be a name")
    return parse_rule(match, others=(*MATCHES, MODES)).name


@dataclass(frozen=True, kw_only=True)
class Options:
    """What shapes the numbers, besides the tags.

    Attributes
    ----------
    gold_scheme, pred_scheme : str
        A tagging scheme, by any of its names, or ``auto``.
    reading : str
        What is done about ill-formed spans; one of `spanf1.core.schemes.READINGS`.
    beta : float
        The beta of `Score.fbeta`.
    types : str or tuple of str
        What macro and weighted averages run over: ``union`` (types in gold or predicted),
        ``gold``, ``predicted``; or the types to score, in order: then all others are left out,
        of the micro average too.
    zero_division : float
        What 0/0 is: 0, 1 or NaN.
    match : str
        What is counted; one of `MATCHES`, or of `spanf1.core.credits.RULES` with its threshold,
        as ``partial`` or ``overlap:0.5``. ``surface`` is WNUT-17's F1 of surface forms.
    normalize : tuple of str
        What makes no difference, if `match` is ``text`` or ``set``: names of `NORMALIZATIONS`.
    trim : bool
        Whether white space at the edges of spans does not count, on both sides.
    map_types : mapping of str to str, or tuple of pairs
        What types are called when they are compared, by their names in the input; ``"*"`` is for
        all others, so that ``{"*": "_"}`` makes one type of all.
    ignore_types : tuple of str
        Types of which no span counts, on either side, by their names in the input.
    missing : str
        What is done about tokens of tags that have no prediction; one of `MISSING`.

    Raises
    ------
    UsageError
        If a value is not one of these.
    """

    gold_scheme: AnyScheme = AUTO
    pred_scheme: AnyScheme = AUTO
    reading: ReadingName = "lenient"
    beta: float = 1.0
    types: TypeSet | tuple[str, ...] = "union"
    zero_division: float = 0.0
    match: str = "exact"
    normalize: tuple[NormalizationName, ...] = ()
    trim: bool = False
    map_types: tuple[tuple[str, str], ...] = ()
    ignore_types: tuple[str, ...] = ()
    missing: MissingName = "error"

    def __post_init__(self) -> None:
        for name in ("gold_scheme", "pred_scheme"):
            given = str(getattr(self, name))
            known = {AUTO, NO_TAGS} & {given.lower()}
            scheme = known.pop() if known else SCHEME_NAMES.get(given.upper(), "")
            if not scheme:
                raise UsageError(
                    f"unknown scheme {given!r}", hint=f"one of auto, {', '.join(SCHEME_NAMES)}"
                )
            object.__setattr__(self, name, scheme)
        check_known("reading", self.reading, READINGS)
        if self.match not in (*MATCHES, MODES):
            object.__setattr__(self, "match", _rule_name(self.match))
        check_known("missing", self.missing, MISSING)
        if self.match != "exact" and self.reading == "conlleval":
            raise UsageError(f"the conlleval script knows no match {self.match}")
        self._check_normalize()
        if not isinstance(self.trim, bool):
            raise UsageError(f"trim is {self.trim!r}: it is to be True or False")
        self._check_type_map()
        if not self._number("beta") >= 0:
            raise UsageError(f"beta is {self.beta}: it must not be negative")
        if not (self._number("zero_division") in (0, 1) or math.isnan(self.zero_division)):
            raise UsageError(f"zero_division is {self.zero_division}: it can be 0, 1 or nan")
        if isinstance(self.types, str) and self.types not in TYPE_SETS:
            hint = f"one of {', '.join(TYPE_SETS)}, or a list of types"
            raise UsageError(f"unknown set of types {self.types!r}", hint=hint)
        if not isinstance(self.types, str):
            if set(self.types) & set(TYPE_SETS):
                raise UsageError(
                    f"types {', '.join(self.types)}: {', '.join(TYPE_SETS)} stand alone",
                    hint="give one of them, or a list of types",
                )
            if not all(isinstance(name, str) for name in self.types):
                raise UsageError("types are to be names")
            object.__setattr__(self, "types", tuple(dict.fromkeys(self.types)))

    def _check_normalize(self) -> None:
        """Put what makes no difference in one order."""
        given: Any = self.normalize
        given = given if isinstance(given, str) else tuple(given)
        unknown = [given] if isinstance(given, str) else set(given).difference(NORMALIZATIONS)
        if unknown:
            raise UsageError(
                f"unknown normalization {', '.join(sorted(map(repr, unknown)))}",
                hint=f"some of {', '.join(NORMALIZATIONS)}",
            )
        if given and self.match not in BY_TEXT:
            raise UsageError(f"normalize is for match text or set, and match is {self.match}")
        names = tuple(name for name in NORMALIZATIONS if name in given)
        object.__setattr__(self, "normalize", names)

    def _check_type_map(self) -> None:
        """Put the other names of types, and those that do not count, in one order."""
        given: Any = self.map_types
        try:
            names = dict(given or ())
        except (TypeError, ValueError):
            names = {"": ""}
        if not all(isinstance(name, str) and name for name in chain(*names.items())):
            raise UsageError("map_types is to be a dict of names to names")
        ignored: Any = self.ignore_types
        if isinstance(ignored, str) or not all(isinstance(name, str) for name in ignored):
            raise UsageError("ignore_types are to be names")
        object.__setattr__(self, "map_types", tuple(sorted(names.items())))
        object.__setattr__(self, "ignore_types", tuple(sorted({*ignored})))
        for name in names.keys() & {*self.ignore_types}:
            raise UsageError(f"type {name!r} is to be ignored, and to be called otherwise")

    def __eq__(self, other: object) -> bool:
        """Say whether all fields are the same, of which NaN may be one."""
        if not isinstance(other, Options):
            return NotImplemented
        return self._fields == other._fields

    def __hash__(self) -> int:
        return hash(self._fields)

    @property
    def _fields(self) -> tuple[Any, ...]:
        """All fields: tuples, unlike dataclasses from Python 3.13 on, have one NaN equal itself."""
        return tuple(getattr(self, field.name) for field in fields(self))

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over what was pickled, in which NaN is another one."""
        self.__dict__.update(state)
        self._number("zero_division")

    @cached_property
    def type_map(self) -> TypeMap | None:
        """What types are called; None if all keep their names and count."""
        if not self.map_types and not self.ignore_types:
            return None
        return TypeMap(dict(self.map_types), frozenset(self.ignore_types))

    @property
    def needs_schemes(self) -> bool:
        """Whether spans are put together after ill-formed ones are dropped, and a scheme is open.

        Then the tags have to be looked at before: see `spanf1.core.detection.schemes_of`.
        """
        return self.match not in MATCHES and self.reading == "strict" and AUTO in self.schemes

    def in_schemes(self, schemes: tuple[AnyScheme, AnyScheme]) -> Options:
        """Return these options with the schemes of gold and of the predictions."""
        return replace(self, gold_scheme=schemes[0], pred_scheme=schemes[1])

    @cached_property
    def crediting(self) -> Crediting | None:
        """How spans earn credit; None if that is by an exact match of one kind or another.

        Raises
        ------
        UsageError
            If ill-formed spans are to be dropped, and the scheme is not given.
        """
        if self.match in MATCHES:
            return None
        from spanf1.core.credits import Crediting

        if self.reading != "strict":
            return Crediting.of(self.match)
        if self.needs_schemes:
            raise UsageError(
                f"match {self.match} needs the scheme before it puts spans together, where "
                "ill-formed ones are dropped",
                hint="give the scheme, as in scheme='IOB2'; spans that are not tags have none, "
                "and all count in the reading lenient",
            )
        return Crediting.of(self.match, self.schemes)

    def _number(self, name: str) -> float:
        """Make an attribute a float, and every NaN the same one, so that options compare."""
        value = getattr(self, name)
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise UsageError(f"{name} is {value!r}: it is to be a number") from None
        # One NaN, and one zero.
        number = math.nan if math.isnan(number) else number + 0.0
        object.__setattr__(self, name, number)
        return number

    @property
    def schemes(self) -> tuple[AnyScheme, AnyScheme]:
        """The schemes of gold and of the predictions."""
        return self.gold_scheme, self.pred_scheme

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Options:
        """Return what the keywords of a public function say, with a scheme for both sides, or one.

        Parameters
        ----------
        given : mapping of str to object
            The keywords, by their names; what is none of them is passed over.
        """
        chosen = {name: given[name] for name in cls.__dataclass_fields__ if name in given}
        for name in ("gold_scheme", "pred_scheme"):
            if chosen.get(name) is None:
                chosen[name] = given.get("scheme", AUTO)
        types = chosen.get("types", "union")
        if not isinstance(types, str):
            chosen["types"] = tuple(types)
        if isinstance(chosen.get("map_types"), Mapping):
            chosen["map_types"] = tuple(chosen["map_types"].items())
        try:
            return _options(**chosen)
        except TypeError:
            # one that cannot be looked up
            return cls(**chosen)


def options_of(given: Mapping[str, Any]) -> Options:
    """Return the options that the keywords of a function say, or that it is given whole.

    Parameters
    ----------
    given : mapping of str to object
        The keywords, by their names; ``options`` are the whole, and ``missing`` goes with them.

    Raises
    ------
    UsageError
        If both say something.
    """
    said = Options.of(given)
    whole: Options | None = given["options"]
    if whole is None:
        return said
    check_alone("options", replace(said, missing="error") == DEFAULTS)
    return whole if said.missing == "error" else replace(whole, missing=said.missing)


def check_alone(name: str, alone: bool) -> None:
    """Raise an error if keywords say what an object of options says, too."""
    if not alone:
        raise UsageError(
            f"{name} and single keywords say the same things: one of the two is to be given",
            hint=f"leave {name} out, or set them in it",
        )


def says_match(match: str) -> str:
    """Return what a match counts, in words."""
    if match in MATCHES:
        return MATCHES[match]
    if match == MODES:
        return "SemEval-2013's modes strict, exact, partial and type; figures above are strict"
    from spanf1.core.credits import parse_rule

    return parse_rule(match).says


def tag_scheme(given: Any) -> TagScheme:
    """Return a scheme of tags, given by any of its names; or ``auto``.

    Raises
    ------
    UsageError
        If there is no such scheme, or it is ``none``, that of spans which are from no tags.
    """
    scheme = Options(gold_scheme=given).gold_scheme
    if scheme == NO_TAGS:
        hint = f"one of auto, {', '.join(SCHEME_NAMES)}"
        raise UsageError(f"{given!r} is no scheme of tags: it says that there are none", hint=hint)
    return scheme


@lru_cache
def _options(**chosen: Any) -> Options:
    """Return options, which most calls of a function have alike."""
    return Options(**chosen)


#: the options where none are given
DEFAULTS = Options()

#: how intervals are made of resamples, and what is drawn
IntervalMethod = Literal["percentile", "bca"]
METHODS: tuple[IntervalMethod, ...] = get_args(IntervalMethod)
Unit = Literal["auto", "sentence", "document"]
UNITS: tuple[Unit, ...] = get_args(Unit)[1:]
#: intervals of fewer units are not to be trusted; of fewer than `LEAST_UNITS` there are none
FEW_UNITS, LEAST_UNITS = 10, 2
#: those of figures of fewer gold spans are not to be trusted either
FEW_SPANS = 10
#: those of means over fewer runs may be too narrow
FEW_RUNS = 5


@dataclass(frozen=True, kw_only=True)
class Confidence:
    """How intervals are made.

    Attributes
    ----------
    level : float
        How much of the resamples an interval holds, as a fraction of 1.
    resamples : int
        How many samples are drawn, with replacement, each as large as the input.
    method : str
        ``percentile``, or ``bca``: bias-corrected and accelerated.
    unit : str
        What is drawn: ``sentence`` or ``document``; ``auto`` is documents, where there are two
        or more and they are marked, else sentences.
    seed : int
        Where the random numbers begin: the same seed gives the same intervals.

    Raises
    ------
    UsageError
        If a value is not one of these.

    Notes
    -----
    B. Efron, R. J. Tibshirani. 1993. An Introduction to the Bootstrap, chapters 13 and 14.
    """

    level: float = 0.95
    resamples: int = 10_000
    method: IntervalMethod = "percentile"
    unit: Unit = "auto"
    seed: int = 0

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "level", float(self.level))
        except (TypeError, ValueError):
            raise UsageError(f"confidence is {self.level!r}: it is to be a number") from None
        if not 0 < self.level < 1:
            hint = "0.95 for 95%"
            raise UsageError(f"confidence is {self.level:g}: it is between 0 and 1", hint=hint)
        for name, least in ("resamples", 1), ("seed", 0):
            value: Any = getattr(self, name)
            if isinstance(value, bool) or not hasattr(value, "__index__") or value < least:
                raise UsageError(f"{name} is {value!r}: it is a whole number from {least} on")
            object.__setattr__(self, name, index(value))
        check_known("method", self.method, METHODS)
        check_known("unit", self.unit, (AUTO, *UNITS))


def confidence_from(given: float | Confidence | None) -> Confidence | None:
    """Return how intervals are made, given as such or by the level alone."""
    if given is None or isinstance(given, Confidence):
        return given
    return Confidence(level=given)
