"""What to cite: BibTeX entries of this tool and of the metrics, and which goes with what."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from spanf1._version import __version__
from spanf1.core.options import MODES, Options
from spanf1.core.schemes import NO_TAGS
from spanf1.exceptions import UsageError
from spanf1.results.signature import Signature

if TYPE_CHECKING:
    from spanf1.render.reported import Reported

#: this tool, in this version
TOOL = f"""\
@misc{{spanf1,
  author  = {{{{spanf1 maintainers}}}},
  title   = {{{{spanf1}}: exact scores of named-entity predictions}},
  year    = {{2026}},
  note    = {{Version {__version__}}},
}}"""

_BIBLIOGRAPHY = r"""
@inproceedings{tjongkimsang2000,
  author    = {Tjong Kim Sang, Erik F. and Buchholz, Sabine},
  title     = {Introduction to the {CoNLL}-2000 Shared Task: Chunking},
  booktitle = {Fourth Conference on Computational Natural Language Learning and the Second Learning Language in Logic Workshop},
  year      = {2000},
  url       = {https://aclanthology.org/W00-0726},
}

@inproceedings{tjongkimsang2003,
  author    = {Tjong Kim Sang, Erik F. and De Meulder, Fien},
  title     = {Introduction to the {CoNLL}-2003 Shared Task: Language-Independent Named Entity Recognition},
  booktitle = {Proceedings of the Seventh Conference on Natural Language Learning at {HLT-NAACL} 2003},
  year      = {2003},
  pages     = {142--147},
  url       = {https://aclanthology.org/W03-0419},
}

@misc{nakayama2018,
  author = {Nakayama, Hiroki},
  title  = {{seqeval}: A {Python} framework for sequence labeling evaluation},
  year   = {2018},
  url    = {https://github.com/chakki-works/seqeval},
}

@book{vanrijsbergen1979,
  author    = {van Rijsbergen, C. J.},
  title     = {Information Retrieval},
  edition   = {2},
  publisher = {Butterworths},
  year      = {1979},
}

@inproceedings{derczynski2017,
  author    = {Derczynski, Leon and Nichols, Eric and van Erp, Marieke and Limsopatham, Nut},
  title     = {Results of the {WNUT}2017 Shared Task on Novel and Emerging Entity Recognition},
  booktitle = {Proceedings of the 3rd Workshop on Noisy User-generated Text},
  year      = {2017},
  pages     = {140--147},
  doi       = {10.18653/v1/W17-4418},
}

@inproceedings{segurabedmar2013,
  author    = {Segura-Bedmar, Isabel and Mart{\'i}nez, Paloma and Herrero-Zazo, Mar{\'i}a},
  title     = {{SemEval}-2013 Task 9: Extraction of Drug-Drug Interactions from Biomedical Texts ({DDIExtraction} 2013)},
  booktitle = {Second Joint Conference on Lexical and Computational Semantics (*{SEM}), Volume 2: Proceedings of the Seventh International Workshop on Semantic Evaluation ({SemEval} 2013)},
  year      = {2013},
  pages     = {341--350},
  url       = {https://aclanthology.org/S13-2056},
}

@inproceedings{chinchor1993,
  author    = {Chinchor, Nancy and Sundheim, Beth},
  title     = {{MUC}-5 Evaluation Metrics},
  booktitle = {Fifth Message Understanding Conference ({MUC}-5)},
  year      = {1993},
  pages     = {69--78},
  url       = {https://aclanthology.org/M93-1007},
}

@inproceedings{makhoul1999,
  author    = {Makhoul, John and Kubala, Francis and Schwartz, Richard and Weischedel, Ralph},
  title     = {Performance Measures for Information Extraction},
  booktitle = {Proceedings of the {DARPA} Broadcast News Workshop},
  year      = {1999},
  pages     = {249--252},
}

@inproceedings{ortmann2022,
  author    = {Ortmann, Katrin},
  title     = {Fine-Grained Error Analysis and Fair Evaluation of Labeled Spans},
  booktitle = {Proceedings of the Thirteenth Language Resources and Evaluation Conference},
  year      = {2022},
  pages     = {1400--1407},
  url       = {https://aclanthology.org/2022.lrec-1.150},
}

@misc{nervaluate,
  author = {Batista, David S. and Upson, Matthew Antony},
  title  = {nervaluate},
  url    = {https://github.com/MantisAI/nervaluate},
}

@inproceedings{kim2004,
  author    = {Kim, Jin-Dong and Ohta, Tomoko and Tsuruoka, Yoshimasa and Tateisi, Yuka and Collier, Nigel},
  title     = {Introduction to the Bio-Entity Recognition Task at {JNLPBA}},
  booktitle = {Proceedings of the International Joint Workshop on Natural Language Processing in Biomedicine and its Applications ({NLPBA/BioNLP})},
  year      = {2004},
  url       = {https://aclanthology.org/W04-1213},
}

@inproceedings{bossy2013,
  author    = {Bossy, Robert and Golik, Wiktoria and Ratkovic, Zorana and Bessi{\`e}res, Philippe and N{\'e}dellec, Claire},
  title     = {{BioNLP} Shared Task 2013 -- An Overview of the Bacteria Biotope Task},
  booktitle = {Proceedings of the {BioNLP} Shared Task 2013 Workshop},
  year      = {2013},
  pages     = {161--169},
  url       = {https://aclanthology.org/W13-2024},
}

@inproceedings{hachey2014,
  author    = {Hachey, Ben and Nothman, Joel and Radford, Will},
  title     = {Cheap and Easy Entity Evaluation},
  booktitle = {Proceedings of the 52nd Annual Meeting of the Association for Computational Linguistics (Volume 2: Short Papers)},
  year      = {2014},
  url       = {https://aclanthology.org/P14-2076},
}

@article{henry2020,
  author  = {Henry, Sam and Buchan, Kevin and Filannino, Michele and Stubbs, Amber and Uzuner, Ozlem},
  title   = {2018 n2c2 shared task on adverse drug events and medication extraction in electronic health records},
  journal = {Journal of the American Medical Informatics Association},
  volume  = {27},
  number  = {1},
  pages   = {3--12},
  year    = {2020},
  doi     = {10.1093/jamia/ocz166},
}

@inproceedings{ehrmann2020,
  author    = {Ehrmann, Maud and Romanello, Matteo and Fl{\"u}ckiger, Alex and Clematide, Simon},
  title     = {Extended Overview of {CLEF HIPE} 2020: Named Entity Processing on Historical Newspapers},
  booktitle = {Working Notes of {CLEF} 2020 - Conference and Labs of the Evaluation Forum},
  series    = {CEUR Workshop Proceedings},
  volume    = {2696},
  year      = {2020},
  doi       = {10.5281/zenodo.4117566},
}

@misc{edsnlp,
  author = {Wajsburt, Perceval and Petit-Jean, Thomas and Dura, Basile and Cohen, Ariel and Jean, Charline and Bey, Romain},
  title  = {{EDS-NLP}: efficient information extraction from {French} clinical notes},
  doi    = {10.5281/zenodo.6424993},
  url    = {https://aphp.github.io/edsnlp},
}

@article{dice1945,
  author  = {Dice, Lee R.},
  title   = {Measures of the Amount of Ecologic Association Between Species},
  journal = {Ecology},
  volume  = {26},
  number  = {3},
  pages   = {297--302},
  year    = {1945},
}

@inproceedings{rajpurkar2016,
  author    = {Rajpurkar, Pranav and Zhang, Jian and Lopyrev, Konstantin and Liang, Percy},
  title     = {{SQuAD}: 100,000+ Questions for Machine Comprehension of Text},
  booktitle = {Proceedings of the 2016 Conference on Empirical Methods in Natural Language Processing},
  year      = {2016},
  pages     = {2383--2392},
  doi       = {10.18653/v1/D16-1264},
}

@inproceedings{rajpurkar2018,
  author    = {Rajpurkar, Pranav and Jia, Robin and Liang, Percy},
  title     = {Know What You Don't Know: Unanswerable Questions for {SQuAD}},
  booktitle = {Proceedings of the 56th Annual Meeting of the Association for Computational Linguistics (Volume 2: Short Papers)},
  year      = {2018},
  pages     = {784--789},
  doi       = {10.18653/v1/P18-2124},
}

@inproceedings{dua2019,
  author    = {Dua, Dheeru and Wang, Yizhong and Dasigi, Pradeep and Stanovsky, Gabriel and Singh, Sameer and Gardner, Matt},
  title     = {{DROP}: A Reading Comprehension Benchmark Requiring Discrete Reasoning Over Paragraphs},
  booktitle = {Proceedings of the 2019 Conference of the North {American} Chapter of the Association for Computational Linguistics: Human Language Technologies, Volume 1 (Long and Short Papers)},
  year      = {2019},
  pages     = {2368--2378},
  doi       = {10.18653/v1/N19-1246},
}

@article{cohen1960,
  author  = {Cohen, Jacob},
  title   = {A Coefficient of Agreement for Nominal Scales},
  journal = {Educational and Psychological Measurement},
  volume  = {20},
  number  = {1},
  pages   = {37--46},
  year    = {1960},
}

@article{gorodkin2004,
  author  = {Gorodkin, Jan},
  title   = {Comparing two {K}-category assignments by a {K}-category correlation coefficient},
  journal = {Computational Biology and Chemistry},
  volume  = {28},
  number  = {5--6},
  pages   = {367--374},
  year    = {2004},
}

@article{efron1979,
  author  = {Efron, Bradley},
  title   = {Bootstrap Methods: Another Look at the Jackknife},
  journal = {The Annals of Statistics},
  volume  = {7},
  number  = {1},
  pages   = {1--26},
  year    = {1979},
}

@article{efron1987,
  author  = {Efron, Bradley},
  title   = {Better Bootstrap Confidence Intervals},
  journal = {Journal of the American Statistical Association},
  volume  = {82},
  number  = {397},
  pages   = {171--185},
  year    = {1987},
}

@book{noreen1989,
  author    = {Noreen, Eric W.},
  title     = {Computer-Intensive Methods for Testing Hypotheses: An Introduction},
  publisher = {Wiley},
  year      = {1989},
}

@inproceedings{yeh2000,
  author    = {Yeh, Alexander},
  title     = {More accurate tests for the statistical significance of result differences},
  booktitle = {{COLING} 2000 Volume 2: The 18th International Conference on Computational Linguistics},
  year      = {2000},
  url       = {https://aclanthology.org/C00-2137},
}

@book{davison1997,
  author    = {Davison, A. C. and Hinkley, D. V.},
  title     = {Bootstrap Methods and their Application},
  publisher = {Cambridge University Press},
  year      = {1997},
}

@techreport{mccarthy1985,
  author      = {McCarthy, Philip J. and Snowden, Cecelia B.},
  title       = {The Bootstrap and Finite Population Sampling},
  institution = {National Center for Health Statistics},
  type        = {Vital and Health Statistics, Series 2, No.},
  number      = {95},
  year        = {1985},
}

@article{holm1979,
  author  = {Holm, Sture},
  title   = {A Simple Sequentially Rejective Multiple Test Procedure},
  journal = {Scandinavian Journal of Statistics},
  volume  = {6},
  number  = {2},
  pages   = {65--70},
  year    = {1979},
}

@article{benjamini1995,
  author  = {Benjamini, Yoav and Hochberg, Yosef},
  title   = {Controlling the False Discovery Rate: A Practical and Powerful Approach to Multiple Testing},
  journal = {Journal of the Royal Statistical Society: Series B},
  volume  = {57},
  number  = {1},
  pages   = {289--300},
  year    = {1995},
}
"""  # noqa: E501
#: the entries by their keys
ENTRIES = {
    entry.partition("{")[2].partition(",")[0]: entry
    for entry in _BIBLIOGRAPHY.strip().split("\n\n")
}

_SEMEVAL = ("segurabedmar2013",)
#: the keys of what is to be cited, by what shaped a score; none where nothing published has it
SOURCES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "match": {
        "exact": ("tjongkimsang2003",),
        "surface": ("derczynski2017",),
        "text": (),
        "set": (),
        "boundary": _SEMEVAL,
        "type": _SEMEVAL,
        "partial": _SEMEVAL,
        MODES: (*_SEMEVAL, "makhoul1999"),
        "muc": ("chinchor1993",),
        "fair": ("ortmann2022",),
        "fair-weighted": ("ortmann2022",),
        "overlap:any": (),
        "overlap": (),
        "dice": ("dice1945",),
        "gold": ("nervaluate",),
        "left": ("kim2004",),
        "right": ("kim2004",),
        "within": (),
        "jaccard": ("bossy2013",),
        "coverage": ("hachey2014",),
        "token": (),
        "character": (),
        "n2c2": ("henry2020",),
        "hipe-fuzzy": ("ehrmann2020",),
        "eds-nlp": ("edsnlp",),
    },
    "level": {
        "span": (),
        "token": ("cohen1960", "gorodkin2004"),
        "sentence": (),
        "document": ("ehrmann2020",),
    },
    "reading": {
        "lenient": ("nakayama2018",),
        "strict": ("nakayama2018",),
        "error": (),
        "conlleval": ("tjongkimsang2000",),
    },
    "interval": {"percentile": ("efron1979",), "bca": ("efron1987",)},
    "test": {
        "randomization": ("noreen1989", "yeh2000"),
        "permutation": ("noreen1989",),
        "bootstrap": ("davison1997",),
    },
    "correction": {
        "none": (),
        "bonferroni": (),
        "holm": ("holm1979",),
        "bh": ("benjamini1995",),
    },
    "runs": {"several": ("mccarthy1985",)},
    # of answers
    "rule": {"squad": ("rajpurkar2016",), "squad2": ("rajpurkar2018",), "drop": ("dua2019",)},
    "beta": {"other than 1": ("vanrijsbergen1979",)},
}


def cite(what: str | Signature | Reported | None = None, *, match: str | None = None) -> str:
    """Return BibTeX entries of spanf1 and, if asked, of what shaped a score.

    Parameters
    ----------
    what : str or Signature or result, optional
        A signature, or a result that has one: then its match, level, reading, intervals, tests
        and corrections are cited, where they have been published.
    match : str, optional
        The name of a match, as ``fair`` or ``overlap:0.5``, if there is no signature.

    Returns
    -------
    str
        The entries. Above each a comment says what it is for; and a comment says it, where the
        match has no publication.

    Raises
    ------
    UsageError
        If it is no signature, has none, or there is no such match.

    Examples
    --------
    >>> import spanf1
    >>> print(spanf1.cite(match="fair").split("% ")[1])
    match fair
    @inproceedings{ortmann2022,
      author    = {Ortmann, Katrin},
      title     = {Fine-Grained Error Analysis and Fair Evaluation of Labeled Spans},
      booktitle = {Proceedings of the Thirteenth Language Resources and Evaluation Conference},
      year      = {2022},
      pages     = {1400--1407},
      url       = {https://aclanthology.org/2022.lrec-1.150},
    }
    <BLANKLINE>
    """
    if what is not None and match is not None:
        raise UsageError("a signature says the match: one of the two is to be given")
    parts: list[tuple[str, str]] = []
    if match is not None:
        parts = [("match", Options(match=match).match)]
    elif isinstance(what, str):
        parts = _of_line(what)
    elif isinstance(what, Signature):
        parts = _of_signature(what)
    elif what is not None:
        parts = _of_data(json.loads(what.to_json()))
    return "\n".join(_texts(parts))


def cite_data(data: Mapping[str, Any]) -> str:
    """Return what `cite` does, of a result as plain data; raises as `cite`."""
    return "\n".join(_texts(_of_data(data)))


def addresses() -> Sequence[str]:
    """Return what the installed package says of addresses, each as a name, a comma and a URL."""
    from importlib.metadata import PackageNotFoundError, metadata

    try:
        return metadata("spanf1").get_all("Project-URL", [])
    except PackageNotFoundError:
        return []


def tool(found: Sequence[str]) -> str:
    """Return the entry of this tool, with the address of its repository, if that is known."""
    url = next((one.partition(", ")[2] for one in found if one.startswith("Repository, ")), "")
    return TOOL.removesuffix("}") + f"  url     = {{{url}}},\n}}" if url else TOOL


def _of_line(line: str) -> list[tuple[str, str]]:
    """Return the keys of `SOURCES` that the line of a signature asks for; of answers, the rule."""
    if rule := re.match(r"answers:f1:mean\|rule:(\w+)\|", line):
        return [("rule", rule[1])]
    return _of_signature(Signature.parse(line))


def _of_signature(signature: Signature) -> list[tuple[str, str]]:
    """Return those that a signature asks for."""
    options, how = signature.options, signature.confidence
    parts: list[tuple[str, str]] = [("level", signature.level)]
    if signature.level in ("span", "document"):
        parts.insert(0, ("match", options.match))
    if signature.level != "token" and NO_TAGS not in options.schemes:
        parts.append(("reading", options.reading))
    if options.beta != 1:
        parts.append(("beta", "other than 1"))
    return parts + ([("interval", how.method)] if how else [])


def _of_data(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return those that a result asks for, as plain data."""
    ranking = data.get("comparison", data)
    if not isinstance(ranking, dict) or not isinstance(line := ranking.get("signature"), str):
        raise UsageError("there is no signature in it")
    try:
        return [*_of_line(line), *_of_ranking(ranking)]
    except (AttributeError, KeyError, TypeError):
        raise UsageError("this is not a result of spanf1") from None


def _of_ranking(ranking: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield those that a ranking asks for; nothing if it is none."""
    differences = ranking.get("differences", ())
    tests = dict.fromkeys(pair["test"] for pair in differences if pair["test"])
    yield from (("test", test) for test in tests)
    if any(pair["p_bootstrap"] is not None for pair in differences):
        yield "test", "bootstrap"
    if differences:
        yield "correction", ranking["testing"]["correction"]
    if any(len(system["runs"]) > 1 for system in ranking.get("systems", ())):
        yield "runs", "several"


def _texts(parts: list[tuple[str, str]]) -> Iterator[str]:
    """Yield the entry of this tool, and one for each source, each once."""
    yield f"{tool(addresses())}\n"
    reasons: dict[str, list[str]] = {}
    for part, name in parts:
        keys = sources(part, name)
        for key in keys:
            reasons.setdefault(key, []).append(f"{part} {name}")
        if not keys and part == "match":
            yield f"% {part} {name}: no publication has it as it is here; the signature says it\n"
    for key, named in reasons.items():
        yield f"% {', '.join(named)}\n{ENTRIES[key]}\n"


def sources(part: str, name: str) -> tuple[str, ...]:
    """Return the keys of `ENTRIES` of something that shaped a score; none if there is no source.

    Examples
    --------
    >>> sources("match", "gold:0.5"), sources("match", "overlap:0.5")
    (('nervaluate',), ())
    """
    known = SOURCES[part]
    name = name.partition(",")[0]
    return known.get(name) or known.get(name.partition(":")[0], ())
