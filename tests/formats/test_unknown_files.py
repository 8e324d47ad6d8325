"""Files of no known format: the error says what each looks like, and the way out works."""

from __future__ import annotations

import json
import pickle
import zipfile

import pytest

import spanf1
from tests.helpers.commands import write

pytestmark = pytest.mark.usefixtures("run")

COMMANDS = ["score", "describe", "validate"]
BEGINNINGS = {
    "XML": b'<?xml version="1.0"?>\n<doc><p>Ada <b>met</b> Bob</p></doc>\n',
    "HTML": b"<!DOCTYPE html>\n<html><body>a b c</body></html>\n",
    "an archive": b"Rar!\x1a\x07\0",
    "PDF": b"%PDF-1.4\n%\xe2\xe3\n",
    "RTF": b"{\\rtf1\\ansi Ada met\n}",
    "an image": b"\x89PNG\r\n\x1a\n\0\0",
    "an SQLite database": b"SQLite format 3\0",
    "a pickle of Python": pickle.dumps([["B-PER"]]),
    "an array of NumPy": b"\x93NUMPY\x01\0v\0{",
    "an HDF5 file": b"\x89HDF\r\n\x1a\n",
}


@pytest.mark.parametrize("what", BEGINNINGS)
def test_beginnings(run, what):
    write("f", BEGINNINGS[what])
    for command in COMMANDS:
        done = run(command, "f")
        assert done.code == 3
        assert done.err.startswith(f"error: f: this is {what}, which is not read\n")


def test_archives(run):
    with zipfile.ZipFile("f.docx", "w") as archive:
        archive.writestr("x", "y")
    assert run("score", "f.docx").err == (
        "error: f.docx: this is a zip archive, as .docx, .xlsx, .npz and .pt files are, which is "
        "not read\nhint: unpack it first: what is in it may be read\n"
    )


def test_the_hint_is_read(run):
    write("f.xml", BEGINNINGS["XML"])
    hint = run("describe", "f.xml").err.partition("as JSON it is ")[2].partition(", one text")[0]
    write("f.jsonl", hint)
    (document,) = spanf1.read_documents("f.jsonl")
    assert [document.text_of(span) for span in document.spans] == ["Ada"]


LINES = {
    "prose": "Ada Byron met Bob in Paris, and they talked.\nIt was late, and nobody listened.\n",
    "XML, or text with marks of it": '<doc id="1">\n<s>Ada <PER>Byron</PER> met</s>\n</doc>\n',
    "YAML": "- text: Ada met Bob\n  entities:\n  - start: 0\n    end: 3\n",
    "text with a block of code in it": "Here they are, all of them:\n\n```json\n[]\n```\n",
}


@pytest.mark.parametrize("what", LINES)
def test_lines(run, what):
    write("f", LINES[what])
    for command in COMMANDS:
        done = run(command, "f")
        assert done.code == 3
        assert f": this looks like {what}, not like columns: " in done.err
        assert "--delimiter" not in done.err


def test_a_block_that_was_cut_out_is_read():
    entities = json.dumps([{"text": "Ada", "type": "PER"}])
    write("f", f"```json\n{entities}\n```\n")
    assert len(next(spanf1.read_documents("f")).spans) == 1


@pytest.mark.parametrize(
    "content",
    [
        "Ada B-PER B-PER\nmet O\n",
        "I saw the man NN O\nI saw a dog\n",
        "<s> O O\nAda B-PER\n",
        "a: O O\nb: O\n",
        "PK O O\nx O\n",
    ],
)
def test_columns_with_a_short_line_are_columns(run, content):
    write("f", content)
    done = run("score", "f")
    assert "where the lines before have" in done.err
    assert "looks like" not in done.err


@pytest.mark.parametrize("token", ["<html>", "<?xml", "%PDF", "PK", "#FORMAT=x", "GIF"])
def test_tokens_are_no_beginnings(run, token):
    write("f", f"{token}\tB-X\tB-X\nb\tO\tO\n")
    assert run("score", "f", "--format", "number").out == "1.0\n"
