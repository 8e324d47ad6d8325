"""What the commands share that read inputs: options, files, pipes, progress, processes."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, Self

import click

from spanf1.cli.output import (
    FILE,
    SIZE_OPTION,
    Option,
    choice_option,
    completed,
    count_option,
    with_options,
)
from spanf1.core.options import AUTO, MATCHES, MISSING, MODES, NORMALIZATIONS
from spanf1.core.schemes import SCHEME_NAMES
from spanf1.core.tags import AUTO_FORM, TagSet
from spanf1.exceptions import ReadError, UsageError
from spanf1.formats.columns.file import ColumnFile
from spanf1.formats.opening import PART_SIZE, both_inputs
from spanf1.formats.options import (
    LAST,
    TAGS_ELSEWHERE,
    Column,
    InputOptions,
    column_of,
    columns_of,
    with_tag_columns,
)
from spanf1.formats.registry import COLUMNS, FORMATS, INPUT_FORMATS, Input, Inputs, formats_given
from spanf1.formats.sniffing import Beginning
from spanf1.formats.source import STDIN, STDIN_NAME, Source
from spanf1.formats.unknown import refuse_unknown
from spanf1.wording import printable

if TYPE_CHECKING:
    from concurrent.futures import Executor


def _not_empty(_: click.Context, __: click.Parameter, value: str) -> str:
    """Return a delimiter, unless it is empty: that is a slip, such as an unset variable."""
    if not value:
        raise UsageError("--delimiter is empty", hint="--delimiter whitespace is runs of it")
    return value


def _names(_: click.Context, __: click.Parameter, value: str | None) -> tuple[str, ...]:
    """Return the names that are given with commas between them."""
    return () if value is None else tuple(name.strip() for name in value.split(","))


def _tags(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tags that are given with commas between them; an empty text is one, too."""
    return tuple(tag for value in values for tag in value.split(","))


def _labels(
    context: click.Context, option: click.Parameter, value: str | None
) -> tuple[str, ...] | None:
    """Return the labels that are given with commas between them, if any are."""
    return None if value is None else _names(context, option, value)


def _column(_: click.Context, __: click.Parameter, value: str | None) -> Column | None:
    """Return a column; or several, of nested levels, as they are given: with commas."""
    return value if value is None or len(columns_of(value)) > 1 else column_of(value)


def _matches() -> list[str]:
    from spanf1.core.credits import rule_names

    return [*MATCHES, *rule_names(), MODES]


_SCHEMES = completed(lambda: SCHEME_NAMES)

MATCH_OPTION = click.option(
    "--match",
    metavar="MATCH",
    shell_complete=completed(_matches),
    default="exact",
    show_default=True,
    help="The rule by which a span is correct. "
    f"{'; '.join(f'{name}: {text}' for name, text in MATCHES.items())}. "
    "Spans that are nearly right earn credit by boundary, type, partial, muc, fair, fair-weighted, "
    "overlap:any, overlap:0.5, dice:0.5, gold:0.5 (and these with ,two-sided), left, right, "
    "within:1, jaccard, coverage, token, character, n2c2, hipe-fuzzy, eds-nlp; semeval shows the "
    "four modes of SemEval-2013 side by side. docs/metrics says what each earns.",
)
NORMALIZE_OPTION = click.option(
    "--normalize",
    metavar=",".join(NORMALIZATIONS),
    callback=_names,
    help="With --match text or set, differences to ignore: "
    + "; ".join(f"{name}: {text}" for name, text in NORMALIZATIONS.items())
    + ".",
)

TRIM_OPTION = click.option(
    "--trim", is_flag=True, help="Drop white space at the edges of spans, on both sides."
)

#: how a column is counted, or called; for help texts
COLUMN_HELP = "from 1, or from the end by -1, or by its name in the header"


def column_option(*names: str, help_text: str, **settings: Any) -> Option:
    """Return an option for a column."""
    return click.option(
        *names, type=str, callback=_column, metavar="N|NAME", help=help_text, **settings
    )


def token_option(purpose: str = "") -> Option:
    """Return the option for the column of the tokens; the purpose is for its help."""
    what = f"Column of the tokens{purpose}.  [default: the first that is not the tags']"
    return column_option("--token-column", help_text=what)


def scheme_option(*names: str, of: str = "") -> Option:
    """Return the option for the scheme that tags are in."""
    return click.option(
        *(names or ("--scheme",)),
        default=AUTO,
        show_default=True,
        metavar="SCHEME",
        shell_complete=_SCHEMES,
        help=f"Tagging scheme{of}: auto, {', '.join(SCHEME_NAMES)}.",
    )


SENTENCE_OPTION = column_option(
    "--sentence-column",
    help_text="Column of ids of sentences: a new one begins a sentence.  [default: one that the "
    "header calls so, such as sentence_id; none: blank lines alone part sentences]",
)
DELIMITER_OPTION = click.option(
    "--delimiter",
    callback=_not_empty,
    default=AUTO,
    show_default=True,
    metavar="auto|tab|space|whitespace|comma|CHAR",
    help="What separates columns; whitespace is runs of spaces and tabs.",
)


def form_option(more: str = "") -> Option:
    """Return the option for how tags are written; there may be more to say in its help."""
    return click.option(
        "--tag-form",
        default=AUTO_FORM,
        show_default=True,
        metavar="EXAMPLE",
        help="How tags are written: auto, or an example such as B-PER, PER-B, B_PER, b/PER; PER: "
        f"types without a prefix.{more}",
    )


OUTSIDE_OPTION = click.option(
    "--outside",
    callback=_tags,
    multiple=True,
    metavar="TAG,TAG,…",
    help="Tags that are read as O, such as 0,_,OTHER,None.",
)
#: the option for tags of tokens that do not count
MASK_OPTION = click.option(
    "--mask",
    "mask_tags",
    callback=_tags,
    multiple=True,
    metavar="TAG,TAG,…",
    help="Tags, such as X,[CLS],[SEP],[PAD]. Tokens with such a gold tag are left out on both "
    "sides; predicted for other tokens, such a tag is O.",
)

MISSING_OPTION = choice_option(
    "--missing",
    choices=MISSING,
    help_text="What is done if predictions stop before gold does. "
    + "; ".join(f"{name}: {text}" for name, text in MISSING.items())
    + ".",
)

CATALOGUE_OPTION = click.option(
    "--catalogue",
    type=FILE,
    metavar="FILE",
    help="A catalogue of your own, instead of that of spanf1.",
)


def _key_option(name: str, help_text: str) -> Option:
    return click.option(name, metavar="KEY", help=help_text)


# What all commands have that read keys: the options, and what of their help differs.
_TOKEN_KEY = _key_option("--token-key", "The tokens.  [default: tokens, words]")
_TEXT_KEY = _key_option("--text-key", "The text.  [default: text]")
_LABELS = click.option(
    "--labels",
    callback=_labels,
    metavar="O,B-PER,…",
    help="What 0, 1, … or LABEL_0, LABEL_1, … stand for, where these are in place of tags.",
)

_COLUMNS_OF_ONE = (
    column_option(
        "-c",
        "--tag-column",
        default=LAST,
        show_default=True,
        help_text=f"Column of the tags, {COLUMN_HELP}.",
    ),
    SENTENCE_OPTION,
    DELIMITER_OPTION,
    form_option(),
    OUTSIDE_OPTION,
    _LABELS,
    SIZE_OPTION,
)
#: the options of one side that say what has no columns, and what is where in it
KEY_OPTIONS = (
    click.option(
        "--input-format",
        type=click.Choice(INPUT_FORMATS),
        default=AUTO,
        show_default=True,
        metavar="FORMAT",
        help=f"{', '.join(INPUT_FORMATS)}.",
    ),
    _key_option(
        "--key",
        "Of JSON, or Parquet: the tags or spans.  [default: gold, tags, spans, label…]",
    ),
    _TOKEN_KEY,
    _TEXT_KEY,
    _key_option("--id-key", "The id.  [default: id]"),
)
_COLUMNS_OF_TWO = (
    column_option(
        "--gold-column",
        help_text=f"Column of the gold tags, {COLUMN_HELP}.  [default: -2; GOLD PRED: -1]",
    ),
    column_option("--pred-column", help_text="Column of the predicted tags.  [default: -1]"),
    column_option("--tag-column", help_text="Both of these, with two files."),
    column_option(
        "--token-column",
        help_text="Column of the tokens. With one file, `schemes`, `errors` and --match surface "
        "look at them.  [default: the first]",
    ),
    SENTENCE_OPTION,
    DELIMITER_OPTION,
    click.option(
        "--align-by-position",
        is_flag=True,
        help="With two files: compare tags whatever the tokens are, and records by order.",
    ),
    scheme_option(of=" of both sides"),
    click.option(
        "--gold-scheme", metavar="SCHEME", shell_complete=_SCHEMES, help="Scheme of the gold tags."
    ),
    click.option(
        "--pred-scheme",
        metavar="SCHEME",
        shell_complete=_SCHEMES,
        help="Scheme of the predicted tags.",
    ),
    form_option(" Two with a comma, if gold and predictions differ."),
    OUTSIDE_OPTION,
    _LABELS,
    SIZE_OPTION,
)
#: the options of two sides that are columns, of which `SideOptions` are made
column_side_options = with_options(*_COLUMNS_OF_TWO)
#: those of two sides of any format
side_options = with_options(
    *_COLUMNS_OF_TWO,
    click.option(
        "--input-format",
        default=AUTO,
        show_default=True,
        metavar="FORMAT[,FORMAT]",
        help=f"{', '.join(INPUT_FORMATS)}; two, if those of GOLD and PRED differ.",
    ),
    _key_option(
        "--gold-key",
        "Of JSON, or Parquet: the gold tags or spans.  [default: gold, tags, spans, label…]",
    ),
    _key_option(
        "--pred-key", "The predicted tags or spans.  [default: predicted, pred, predictions…]"
    ),
    _TOKEN_KEY,
    _TEXT_KEY,
    _key_option(
        "--id-key", "With two files: what joins their records.  [default: id; or by order]"
    ),
    MASK_OPTION,
    MISSING_OPTION,
    click.option(
        "--annotator",
        metavar="NAME",
        help="Of gold that has what several say, whose counts: completed_by of Label Studio, "
        "_annotator_id of Prodigy.",
    ),
)


class SideOptions(NamedTuple):
    """What the options say of gold and of predictions.

    `tag_columns` are those that --tag-column gives for both.
    """

    gold: InputOptions
    predicted: InputOptions
    by_position: bool
    tag_columns: tuple[Column, ...]

    @classmethod
    def of(cls, settings: dict[str, Any]) -> SideOptions:
        """Return what the settings of a command with `side_options` say."""
        given = {"input_format": COLUMNS, **settings}
        gold, predicted = (InputOptions.of(given, side) for side in ("gold", "predicted"))
        return cls(gold, predicted, given["align_by_position"], columns_of(given["tag_column"]))

    def of_files(self, count: int) -> SideOptions:
        """Return them for so many files, with the columns that --tag-column sets.

        Raises
        ------
        UsageError
            If it does not go with the others.
        """
        names = "--tag-column", "--gold-column", "--pred-column"
        sides = self.gold, self.predicted
        gold, predicted = with_tag_columns(sides, self.tag_columns, count, names)
        return self._replace(gold=gold, predicted=predicted)

    def groups(self, paths: Sequence[str], hint: str = "") -> list[list[str]]:
        """Return the files of one path or two, those that belong together in a list.

        Raises
        ------
        UsageError
            If there are more, or as for `spanf1.formats.folders.groups_of`.
        """
        return [*self.named_groups(paths, hint).values()]

    def named_groups(self, paths: Sequence[str], hint: str = "") -> dict[str, list[str]]:
        """Return `groups` with the names of their rows."""
        # Here, because few commands take folders.
        from spanf1.formats.folders import groups_of

        if len(paths) > 2:
            message = f"{len(paths)} files are given: one, or GOLD and PRED, are taken"
            raise UsageError(message, hint=hint)
        return groups_of(paths, formats_given(self.gold.format, len(paths)))


@contextlib.contextmanager
def opened_groups(
    groups: Sequence[Sequence[str]],
    sides: SideOptions,
    opened: Callable[..., Inputs] = both_inputs,
    *,
    quiet: bool,
) -> Iterator[list[Inputs]]:
    """Give the inputs of groups of files, which can be read again meanwhile; see `both_inputs`."""
    with contextlib.ExitStack() as stack:
        sources = [[stack.enter_context(kept(path)) for path in group] for group in groups]
        progress = stack.enter_context(Progress(groups[0][0], wanted=not quiet))
        parts = [opened(some, *sides[:2], by_position=sides.by_position) for some in sources]
        parts[0].gold.progress = progress
        yield parts


def input_options(*more: Option, files: str = "[FILE]...") -> Option:
    """Return a decorator that adds the files of a command, and the options of one side.

    Without `KEY_OPTIONS` among the options that are added to those of columns, there is no other
    format.
    """
    argument = click.argument("files", nargs=-1, type=FILE, metavar=files)
    return with_options(argument, *_COLUMNS_OF_ONE, *more)


def options_of(settings: dict[str, Any]) -> InputOptions:
    """Return what the settings of a command with `input_options` say."""
    column = settings["tag_column"]
    given = {"input_format": COLUMNS, **settings}
    return InputOptions.of(given | {"tag_column": None if column == LAST else column})


def paths_of(files: tuple[str, ...], command: str) -> tuple[str, ...]:
    """Return the files that are meant: standard input, if none is given."""
    if not files and sys.stdin is not None and sys.stdin.isatty():
        raise UsageError("no file is given", hint=f"spanf1 {command} --help shows what it takes")
    if files.count(STDIN) > 1:
        raise UsageError("standard input can be read only once")
    return files or (STDIN,)


@contextlib.contextmanager
def kept(path: str, input: Input | None = None) -> Iterator[Source]:
    """Give a source that can be read again and again: a pipe is kept in a file without a name.

    Parameters
    ----------
    path : str
        The path.
    input : Input, optional
        What is to be read there, so that what is wrong at its beginning is said at once.

    Raises
    ------
    InputError
        If there is no room for it, or it is not such as can be read.
    """
    with contextlib.ExitStack() as stack:
        stream = None
        if path == STDIN and sys.stdin is not None:
            stream = sys.stdin.buffer
        elif os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
            with contextlib.suppress(OSError):
                stream = stack.enter_context(open(path, "rb"))
        if stream is None:
            yield Source(path)
            return
        # Here, because it takes longer to import than a small file to score.
        import tempfile

        try:
            source = _room(stack)._replace(label=STDIN_NAME if path == STDIN else path)
            with open(source.path, "wb") as copy:
                _copy(stream, copy, source, input)
        except OSError as error:
            raise ReadError(
                f"what comes through a pipe cannot be kept here: {error.strerror}",
                where=tempfile.gettempdir(),
                hint="TMPDIR names another folder; a file need not be kept",
            ) from None
        yield source


def _room(stack: contextlib.ExitStack) -> Source:
    """Return a new file that is gone when the stack ends, however the program does."""
    import tempfile

    # Closed by the stack.
    file = stack.enter_context(tempfile.TemporaryFile(prefix="spanf1-"))  # noqa: SIM115
    # As long as it is open, it is found here, by workers too.
    path = f"/proc/{os.getpid()}/fd/{file.fileno()}"
    if not os.path.isfile(path):
        path = stack.enter_context(tempfile.NamedTemporaryFile(prefix="spanf1-")).name  # noqa: SIM115
    return Source(path)


def _copy(stream: BinaryIO, copy: BinaryIO, source: Source, input: Input | None) -> None:
    """Copy a pipe, and look at what there is of it twice: of lines, and of records."""
    bounds = source._replace(max_size=input.options.max_size if input else 0)
    size, looks = 0, [2 * bounds.most_of_line, 3 * bounds.most]
    while piece := stream.read(_PIECE):
        copy.write(piece)
        size += len(piece)
        if looks and size > looks[0]:
            del looks[0]
            copy.flush()
            _check_beginning(bounds, input, records=not looks)


def _check_beginning(source: Source, input: Input | None, *, records: bool) -> None:
    """Raise an error if a pipe is wrong from its beginning on, whatever is to come.

    Parameters
    ----------
    source : Source
        What there is of it: more than a line may have.
    input : Input, optional
        What is to be read there.
    records : bool
        Whether it is more than three records may have, too.
    """
    with contextlib.closing(Beginning(source)) as beginning:
        refuse_unknown(source, beginning.raw, beginning.head)
        is_json = beginning.may_be_json()
        is_columns = not (is_json or any(map(beginning.fits, FORMATS)))
    if records and is_json:
        from spanf1.formats.records.values import values

        # Not more: what comes last is cut off.
        deque(islice(values(source.chunks(), source), 2))
    elif records and input and input.format in _WHOLE:
        raise source.too_large("file", source.most)
    elif input and input.format == COLUMNS:
        options = input.options
        file = ColumnFile(source, delimiter=options.delimiter, headed=options.headed)
        tags = TagSet({}, options.spelling)
        columns = options.tag_columns[:1] or [LAST]
        next(file.tagged_lines([tags], columns, hint=TAGS_ELSEWHERE), None)
    elif is_columns and not input:
        ColumnFile(source).detect(source.blocks())


@contextlib.contextmanager
def ready(input: Input, *, again: bool = False, quiet: bool = False) -> Iterator[Input]:
    """Give an input to be read, with a line of progress.

    Parameters
    ----------
    input : Input
        The input.
    again : bool
        Whether it will be read more than once: a pipe is kept in a file then, and always if it
        has no columns.
    quiet : bool
        Show no progress.
    """
    source = input.source
    with contextlib.ExitStack() as stack:
        if again or input.format != COLUMNS:
            source = stack.enter_context(kept(source.path, input))
        # A line of progress must not get between the lines of output.
        busy = sys.stdout is not None and sys.stdout.isatty()
        progress = stack.enter_context(Progress(source.path, wanted=not quiet and not busy))
        yield replace(input, source=source, progress=progress)


# Progress, and processes.

JOBS_OPTION = count_option(
    "-j",
    "--jobs",
    least=1,
    help_text="Processes, where there is much to read.  [default: cores]",
)
#: files are worth several processes if they have so many bytes together: of columns, of JSON
_LARGE, _LARGE_JSON = 1 << 25, 1 << 24

# Formats of which a file is read as a whole, and how much of a pipe is copied at a time.
_WHOLE = frozenset({"spacy", "cas", "webanno"})
_PIECE = 1 << 18

_EVERY = 0.1
_PATIENCE = 0.7


class StepProgress:
    """Shows what is being done, on a terminal, if it takes a while.

    Call it with a few words now and then. Use it as a context: the line goes at the end.

    Parameters
    ----------
    wanted : bool
        Show anything at all.
    """

    def __init__(self, *, wanted: bool) -> None:
        dumb = os.environ.get("TERM") == "dumb"
        self._wanted = wanted and not dumb and sys.stderr is not None and sys.stderr.isatty()
        self._begun = time.monotonic()
        self._next = self._begun + _PATIENCE
        self._shown = False

    def __call__(self, words: str) -> None:
        """Show what is being done, if it is time."""
        if self._due():
            self._show(words)

    def _due(self) -> bool:
        return self._wanted and time.monotonic() >= self._next

    def _show(self, line: str) -> None:
        self._next = time.monotonic() + _EVERY
        self._shown = True
        sys.stderr.write(f"\r\033[K{printable(line)}")
        sys.stderr.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()


class Progress(StepProgress):
    """Shows bytes done, rate and time left of reading; call it with the bytes read so far.

    Parameters
    ----------
    path : str
        The file, ``-`` for standard input. If its size is known, so is the time left.
    wanted : bool
        Show anything at all.
    size : int, optional
        Its size, where the path does not tell.
    """

    def __init__(self, path: str, *, wanted: bool, size: int | None = None) -> None:
        super().__init__(wanted=wanted)
        try:
            self._size = size or (0 if path == "-" else os.stat(path).st_size)
        except OSError:
            self._size = 0

    def __call__(self, done: int) -> None:  # type: ignore[override]
        """Take note that `done` bytes have been read, and show it if it is time."""
        if self._due():
            self._show(progress_line(done, self._size, time.monotonic() - self._begun))


def progress_line(done: int, size: int, seconds: float) -> str:
    """Return the line; `size` 0 means that it is not known."""
    rate = done / seconds if seconds else 0.0
    line = f"{_megabytes(done)} read"
    if size:
        line = f"{_megabytes(done)} of {_megabytes(size)}, {100 * done // size}%"
    line += f", {_megabytes(rate)}/s"
    if size and rate:
        minutes, rest = divmod(round(max(size - done, 0) / rate), 60)
        line += f", {minutes}:{rest:02d} left"
    return line


def _megabytes(count: float) -> str:
    return f"{count / 1e6:.1f} MB" if count < 1e9 else f"{count / 1e9:.2f} GB"


@contextlib.contextmanager
def workers(
    paths: Sequence[str], jobs: int | None, *, json: bool = False
) -> Iterator[Executor | None]:
    """Give an executor if there is much in some files, and more than one core for it.

    Parameters
    ----------
    paths : sequence of str
        The files; those that are no regular files do not count.
    jobs : int, optional
        How many processes are wanted; by default as many as there are cores.
    json : bool
        They are of JSON, which takes longer.

    Raises
    ------
    ReadError
        If a worker is killed.
    """
    size = sum(os.path.getsize(path) for path in paths if os.path.isfile(path))
    if size < (_LARGE_JSON if json else _LARGE) or jobs == 1:
        yield None
        return
    from spanf1.resampling.draws import cores

    # WebAssembly has no processes.
    processes = 1 if sys.platform == "emscripten" else min(jobs or cores(), 1 + size // PART_SIZE)
    if processes == 1:
        yield None
        return
    import multiprocessing
    import threading
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    executor = ProcessPoolExecutor(processes, initializer=_begin_worker)
    try:
        with _signals_held():
            # The first task starts all workers.
            executor.submit(int).result()
        yield executor
        executor.shutdown()
    except BaseException as error:
        # The executor's own thread may complain of what is cancelled and killed here.
        threading.excepthook = lambda *_: None
        for worker in multiprocessing.active_children():
            worker.kill()
        executor.shutdown(cancel_futures=True)
        if not isinstance(error, BrokenProcessPool):
            raise
        hint = "was it killed for want of memory? --jobs 1 needs no workers"
        raise ReadError("a worker process was killed", where=paths[0], hint=hint) from None


@contextlib.contextmanager
def _signals_held() -> Iterator[None]:
    """Let no signal interrupt what is done meanwhile; it comes afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin_worker() -> None:
    """Leave Ctrl-C to the main process, which ends the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})


# So much of a results file tells that it is one.
_BEGINNING = 256


def has_result(path: str) -> bool:
    """Return whether a file begins as a results file does; what a pipe has cannot be read twice."""
    with contextlib.suppress(OSError):
        if os.path.isfile(path):
            with open(path, "rb") as file:
                beginning = file.read(_BEGINNING)
            return re.match(rb'(\xef\xbb\xbf)?\s*{\s*"spanf1"\s*:', beginning) is not None
    return False
