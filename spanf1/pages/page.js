// The page: an overview of figures, and a browser of errors. All that it shows is in #data; what
// is chosen of it is in the fragment of the address. Text is only ever set as text.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const KINDS = Object.keys(data.words.kinds);
const HOWS = Object.keys(data.words.hows);
const CHANGES = Object.keys(data.words.changes);
const LETTERS = ["✓", "T", "B", "X", "M", "S"];
const [CORRECT, , , , MISSED, SPURIOUS] = KINDS.keys();
const several = data.systems.length > 1;

// ---- Elements

function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value != null) node.setAttribute(key, value);
  }
  node.append(...children.flat(9).filter((child) => child != null));
  return node;
}

function drawing(width, height, label, ...shapes) {
  const node = (name, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const size = { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none" };
  const picture = node("svg", { ...size, role: "img", "aria-label": label, class: "bar" });
  picture.append(...shapes.map(([name, attributes]) => node(name, attributes)));
  return picture;
}

// A bar of a fraction of 1, with its interval as a whisker.
function bar(value, low, high, label) {
  const at = (x) => Math.max(0, Math.min(100, 100 * x)).toFixed(2);
  const shapes = [["rect", { x: 0, y: 5, width: 100, height: 10, class: "ground" }]];
  if (value != null) shapes.push(["rect", { x: 0, y: 5, width: at(value), height: 10 }]);
  if (low != null) {
    shapes.push(["path", { d: `M${at(low)} 10H${at(high)}M${at(low)} 3V17M${at(high)} 3V17` }]);
  }
  return drawing(100, 20, label, ...shapes);
}

function table(caption, head, rows, attributes = {}) {
  const cell = (content, index) =>
    content instanceof Element && /^T[DH]$/.test(content.tagName)
      ? content
      : index ? el("td", {}, content) : el("th", { scope: "row" }, content);
  return el("div", { class: "scroll", role: "region", "aria-label": caption, tabindex: 0 },
    el("table", attributes,
      el("caption", { class: "unseen" }, caption),
      el("thead", {}, el("tr", {}, head.map((name) =>
        name === "" ? el("td") : el("th", { scope: "col" }, name)))),
      el("tbody", {}, rows.map((row) => el("tr", {}, row.map(cell))))));
}

const percent = (value) => (value == null ? "–" : (100 * value).toFixed(2));
const signed = (value) =>
  value == null ? "–" : (value < 0 ? "−" : "+") + Math.abs(100 * value).toFixed(2);
const range = (low, high, shown = percent) =>
  low == null ? null : el("span", { class: "range" }, `${shown(low)} to ${shown(high)}`);
const many = (count, noun) =>
  `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : noun.endsWith("y") ? "" : "s"}`;
const count = (number) => number.toLocaleString("en", { maximumFractionDigits: 2 });
const chance = (value) => (value == null ? "–" : value < 0.0001 ? "< 0.0001" : value.toFixed(4));
const badge = (kind) => el("span", { class: `badge k${kind}`, "aria-hidden": "true" }, LETTERS[kind]);
const typeName = (name) => (name === "" ? "(no type)" : name);

// ---- Data: columns made into arrays that can be looked up by index

const sums = (steps) => {
  let total = 0;
  return Int32Array.from(steps, (step) => (total += step));
};
const lines = sums(data.lines);
const firstGold = sums([0, ...data.gold.count]);

function spansOf(columns, sentence) {
  return { ...columns, sentence, size: columns.length };
}
const gold = spansOf(data.gold, new Int32Array(data.gold.start.length));
data.gold.count.forEach((number, sentence) =>
  gold.sentence.fill(sentence, firstGold[sentence], firstGold[sentence] + number));

// Of each row: the spans of gold and of the predictions (of those that are correct, there is only
// that of gold), the kind, how boundaries differ, and the sentence; `first` is the first row of
// each sentence.
function rowsOf(system) {
  const wrong = spansOf(system.wrong, sums(system.wrong.sentence));
  const size = system.kind.length;
  const rows = { wrong, size, kind: new Uint8Array(size), how: new Uint8Array(size) };
  for (const name of ["gold", "predicted", "sentence"]) rows[name] = new Int32Array(size).fill(-1);
  let left = 0, right = 0;
  for (let row = 0; row < size; row++) {
    const kind = (rows.kind[row] = system.kind.charCodeAt(row) - 48);
    if (system.how) rows.how[row] = system.how.charCodeAt(row) - 48;
    if (kind !== SPURIOUS) rows.gold[row] = system.order ? system.order[left++] : left++;
    if (kind !== MISSED && kind !== CORRECT) rows.predicted[row] = right++;
    rows.sentence[row] =
      kind === SPURIOUS ? wrong.sentence[rows.predicted[row]] : gold.sentence[rows.gold[row]];
  }
  rows.first = new Int32Array(data.texts.length + 1);
  for (let row = 0; row < size; row++) rows.first[rows.sentence[row] + 1]++;
  for (let number = 0; number < data.texts.length; number++) {
    rows.first[number + 1] += rows.first[number];
  }
  return rows;
}
const systems = data.systems.map((system) => ({ ...system, rows: rowsOf(system) }));
const best = several
  ? systems.findIndex((system) => system.name === data.ranking.systems[0].name) : 0;

const nth = (sentence) => {
  // How often the unit of places changed up to a sentence.
  const changes = data.by_token.filter((place) => place <= sentence).length;
  return changes % 2 === 0 ? "token" : "character";
};
// The tokens of a sentence, or its characters; characters outside the plane of 16 bits are one.
function atomsOf(sentence) {
  const text = data.texts[sentence] ?? "";
  if (nth(sentence) === "token") return text.split(" ");
  return /[\ud800-\udfff]/.test(text) ? Array.from(text) : text;
}
function said(atoms, start, end) {
  const some = atoms.slice(start, end);
  return typeof atoms === "string" ? some : some.join(atoms.spaced ? " " : "");
}
function textOf(sentence) {
  const atoms = atomsOf(sentence);
  if (nth(sentence) === "token") atoms.spaced = true;
  return atoms;
}
function partsOf(spans, index) {
  const flat = spans.parts[index];
  const start = spans.start[index];
  if (!flat) return [[start, start + spans.size[index]]];
  return Array.from({ length: flat.length / 2 }, (_, part) => flat.slice(2 * part, 2 * part + 2));
}
function spanOf(spans, index, atoms) {
  const parts = partsOf(spans, index);
  const start = spans.start[index];
  const words = data.known ? parts.map(([from, to]) => said(atoms, from, to)).join(" ") : "";
  return {
    type: data.types[spans.type[index]],
    text: spans.said[index] ?? words,
    start,
    end: start + spans.size[index],
    parts,
  };
}
// A row of a ledger, spelt out.
function entryOf({ system, row }) {
  const { rows } = systems[system];
  const sentence = rows.sentence[row];
  const atoms = textOf(sentence);
  const kind = rows.kind[row];
  const left = rows.gold[row] < 0 ? null : spanOf(gold, rows.gold[row], atoms);
  const right = kind === CORRECT ? left
    : rows.predicted[row] < 0 ? null : spanOf(rows.wrong, rows.predicted[row], atoms);
  return { system, row, sentence, kind, how: rows.how[row], gold: left, predicted: right };
}
function fileOf(sentence) {
  let name = "";
  for (const [file, first] of data.files) if (first <= sentence) name = file;
  return name;
}
function placeOf(sentence) {
  const file = fileOf(sentence);
  const document = data.documents?.[sentence];
  const number = sentence - Math.max(...data.files.map(([, f]) => (f <= sentence ? f : 0))) + 1;
  const name = document ?? `${nth(sentence) === "token" ? "sentence" : "text"} ${number}`;
  if (!file) return String(name);
  return lines[sentence] ? `${file}:${lines[sentence]}` : `${file}: ${name}`;
}
function sayEntry(entry) {
  const how = HOWS[entry.how] ? ` (${HOWS[entry.how]})` : "";
  const types = [entry.gold, entry.predicted].filter(Boolean).map((span) => typeName(span.type));
  const both = types.length === 2 && types[0] !== types[1];
  return `${KINDS[entry.kind]}${how}: ${both ? types.join(" → ") : types[0]}`;
}

// ---- State: what the fragment of the address says

const FILTERS = ["kind", "how", "change", "type", "gold", "pred", "slice", "text"];
let state = {};

function read() {
  const [view, query] = location.hash.slice(1).split("?", 2);
  const given = Object.fromEntries(new URLSearchParams(query ?? ""));
  const system = systems.findIndex(({ name }) => name === given.system);
  return { ...given, view: view === "errors" ? view : "overview", system: system < 0 ? best : system };
}
function address(changes, from = {}) {
  const { view, ...all } = { ...from, ...changes };
  const name = systems[all.system ?? state.system ?? best].name;
  const given = { ...all, system: several ? name : undefined };
  const query = new URLSearchParams();
  for (const key of ["system", ...FILTERS, "e"]) if (given[key]) query.set(key, given[key]);
  return `#${view ?? "errors"}${query.size ? `?${query}` : ""}`;
}
const go = (changes) => location.replace(address({ e: undefined, ...changes }, state));
const toErrors = (changes, ...children) => el("a", { href: address(changes) }, ...children);

// ---- Overview

const FIGURE = { precision: 2, recall: 3, f: 4 };
const interval = (row, figure) => {
  const from = row.length > 8 ? 8 + 2 * (FIGURE[figure] - 2) : -1;
  return from < 0 ? [null, null] : [row[from], row[from + 1]];
};

function overview() {
  const system = systems[state.system];
  return [
    headline(system),
    several ? ranking() : null,
    types(system),
    el("div", { class: "pair" }, kinds(system), whatIf(system)),
    confusion(system),
    made(system),
  ];
}

function section(id, title, words, ...children) {
  return el("section", { "aria-labelledby": id },
    el("h2", { id }, title), words ? el("p", { class: "words" }, words) : null, ...children);
}

function headline(system) {
  const micro = system.figures.find(([kind]) => kind === "micro");
  const card = (name, figure) => el("div", { class: `card ${figure}` },
    el("dt", {}, name), el("dd", {}, el("strong", {}, percent(micro[FIGURE[figure]])),
      range(...interval(micro, figure))));
  return el("section", { "aria-labelledby": "figures", class: "headline" },
    el("h2", { id: "figures", class: "unseen" }, "Figures"),
    el("dl", { class: "cards" }, card(`${system.f}, micro`, "f"),
      card("Precision", "precision"), card("Recall", "recall")));
}

function types(system) {
  const rows = system.figures.map((row) => {
    const [kind, name] = row;
    const counted = row.slice(5, 8);
    const [low, high] = interval(row, "f");
    const label = low == null ? percent(row[4]) : `${percent(row[4])}, ${percent(low)} to ${percent(high)}`;
    return [
      kind === "type" ? toErrors({ type: name }, typeName(name)) : name,
      el("td", { class: "wide" }, bar(row[4], low, high, `${system.f}: ${label}`)),
      el("td", {}, percent(row[4]), range(low, high)),
      percent(row[2]), percent(row[3]), ...counted.map(count),
    ];
  });
  const head = ["", "", system.f, "Precision", "Recall", ...system.counts.slice(0, 3)];
  return section("types", "By type", "A bar is the score, its whisker the interval. The name of a type opens its errors.",
    table("Scores by type, and averages", head, rows, { class: "types" }));
}

function counts(system) {
  const found = KINDS.map(() => 0);
  for (const kind of system.rows.kind) found[kind]++;
  return found;
}

function kinds(system) {
  const found = counts(system);
  const errors = found.slice(1).reduce((a, b) => a + b, 0);
  const most = Math.max(1, ...found.slice(1));
  const rows = KINDS.slice(1).map((name, index) => [
    el("th", { scope: "row" }, badge(index + 1), " ", toErrors({ kind: name }, name),
      el("span", { class: "hint" }, data.words.kinds[name])),
    el("td", { class: `wide k${index + 1}` }, bar(found[index + 1] / most, null, null, `${name}: ${found[index + 1]}`)),
    count(found[index + 1]),
    errors ? `${((100 * found[index + 1]) / errors).toFixed(1)}%` : "–",
  ]);
  return section("kinds", "Errors", `${many(errors, "error")}; ${many(found[CORRECT], "correct span")}.`,
    table("Errors by kind", ["kind", "", "count", "share"], rows));
}

function whatIf(system) {
  const [now, ...mended] = system.what_if;
  const most = Math.max(1e-9, ...mended.map((one) => one[4] - now[4]));
  const rows = mended.map(([what, , , , f]) => [
    what,
    el("td", { class: "wide" }, bar((f - now[4]) / most, null, null, `${signed(f - now[4])} points`)),
    percent(f), signed(f - now[4]),
  ]);
  return section("what-if", "What if", `The score now is ${percent(now[4])}; what it would be if one kind of error were mended.`,
    table("The score if one kind of error were mended", ["mended", "", "score", "more"], rows));
}

function confusion(system) {
  const { rows } = system;
  const size = data.types.length, none = size;
  const cells = Array.from({ length: size + 1 }, () => new Array(size + 1).fill(0));
  for (let row = 0; row < rows.size; row++) {
    const left = rows.gold[row] < 0 ? none : gold.type[rows.gold[row]];
    const right = rows.kind[row] === CORRECT ? left
      : rows.predicted[row] < 0 ? none : rows.wrong.type[rows.predicted[row]];
    cells[left][right]++;
  }
  const name = (index, other) => (index === none ? other : typeName(data.types[index]));
  const key = (index) => (index === none ? "-" : `=${data.types[index]}`);
  const body = cells.map((line, left) => {
    const total = line.reduce((a, b) => a + b, 0);
    return [name(left, "spurious"), ...line.map((number, right) => {
      if (left === none && right === none) return el("td");
      if (!number) return el("td", { class: "none" }, "·");
      const heat = Math.max(1, Math.ceil((8 * number) / total));
      const label = `gold ${name(left, "none")}, predicted ${name(right, "none")}: ${number}`;
      const link = toErrors({ kind: "all", gold: key(left), pred: key(right) }, count(number));
      link.setAttribute("aria-label", label);
      return el("td", { class: `heat${heat}${left === right ? " same" : ""}`, title: label }, link);
    })];
  });
  return section("confusion", "Confusion", "Rows are types of gold, columns what is predicted. Shades are shares of a row. A cell opens its spans.",
    table("Types of gold, and what is predicted for them",
      ["gold", ...data.types.map(typeName), "missed"], body, { class: "matrix" }));
}

function made(system) {
  const button = el("button", { type: "button", onclick: () => copy(system.signature, "The signature") }, "Copy");
  const facts = system.made.filter(([heading]) => heading !== "signature");
  return section("made", "How the number was made", null,
    el("div", { class: "signature" }, el("code", { id: "signature" }, system.signature), button),
    el("dl", { class: "facts" },
      [...facts, ...data.remarks.map((words) => ["page", words])].map(([heading, text]) =>
        el("div", {}, el("dt", {}, heading), el("dd", {}, text)))),
    el("p", { class: "words" }, `Made by spanf1 ${data.spanf1}.`));
}

// ---- Several systems

function ranking() {
  const { systems: ranked, differences, reference, testing, undecided } = data.ranking;
  const apart = new Map(differences.filter((one) => !one.type).map((one) => [one.system, one]));
  const corrected = testing.correction !== "none";
  const rows = ranked.map((one) => {
    const index = systems.findIndex(({ name }) => name === one.name);
    const difference = apart.get(one.name);
    return [
      el("a", { href: address({ view: "overview", system: index }), "aria-current": index === state.system ? "true" : null }, one.name),
      el("td", { class: "wide" }, bar(one.f, ...one.interval, `${percent(one.f)}`)),
      el("td", {}, percent(one.f), range(...one.interval)),
      difference ? el("td", {}, signed(difference.difference), range(...difference.interval, signed)) : "",
      difference ? chance(corrected ? difference.p_adjusted : difference.p_value) : "",
    ];
  });
  const words = undecided.length
    ? `Not told apart from ${reference}: ${undecided.map(([, name]) => name).join(", ")}.`
    : `All can be told apart from ${reference}.`;
  const head = ["system", "", systems[0].f, `from ${reference}`, corrected ? "p, corrected" : "p"];
  const changed = systems.map((system, index) => [system, index]).filter(([system]) => system.change);
  const fates = CHANGES.filter((name) => !["right", "wrong", "spurious"].includes(name));
  const body = changed.map(([system, index]) => [system.name, ...fates.map((name) => {
    const number = name === "new" ? system.new.length
      : system.change.split(CHANGES.indexOf(name)).length - 1;
    return number ? toErrors({ system: index, change: name }, count(number)) : "0";
  })]);
  const bestName = systems[best].name;
  return section("ranking", "Systems", words, table("Systems by score", head, rows, { class: "types" }),
    el("h3", {}, `What ${bestName} mends and breaks`),
    el("p", { class: "words" }, fates.map((name) => `${name}: ${data.words.changes[name].replaceAll(/\bA\b/g, "the other").replaceAll(/\bB\b/g, bestName)}`).join("; ") + "."),
    table(`Spans that ${bestName} has otherwise`, ["against", ...fates], body));
}

// ---- Which errors are chosen

function chosen() {
  const { rows, change } = systems[state.system];
  const wanted = new Set((state.kind ?? "").split(",").filter(Boolean));
  const numbers = new Set(KINDS.flatMap((name, index) => (wanted.has(name) || wanted.has("all") ? [index] : [])));
  const types = { type: data.types.indexOf(state.type), gold: typeNumber(state.gold), pred: typeNumber(state.pred) };
  const text = (state.text ?? "").toLowerCase();
  const holds = text && data.texts.map((words) => (words ?? "").toLowerCase().includes(text));
  const fate = CHANGES.indexOf(state.change);
  const passes = (system, row) => {
    const { rows: some } = systems[system];
    const kind = some.kind[row];
    if (wanted.size ? !numbers.has(kind) : kind === CORRECT && !state.change) return false;
    if (state.how && HOWS[some.how[row]] !== state.how) return false;
    const left = some.gold[row] < 0 ? -1 : gold.type[some.gold[row]];
    const right = kind === CORRECT ? left : some.predicted[row] < 0 ? -1 : some.wrong.type[some.predicted[row]];
    if (state.type != null && left !== types.type && right !== types.type) return false;
    if (state.gold && left !== types.gold) return false;
    if (state.pred && right !== types.pred) return false;
    return !text || holds[some.sentence[row]];
  };
  const found = [];
  if (state.change === "new") {
    for (const row of systems[state.system].new) if (passes(best, row)) found.push({ system: best, row });
  } else {
    for (let row = 0; row < rows.size; row++) {
      if (state.change && change.charCodeAt(row) - 48 !== fate) continue;
      if (passes(state.system, row)) found.push({ system: state.system, row });
    }
  }
  return found;
}
// `=PER` is the type PER; `-` is none.
const typeNumber = (given) => (given?.startsWith("=") ? data.types.indexOf(given.slice(1)) : given ? -1 : null);

// ---- The browser of errors

let entries = [], groups = [], blocks = [], at = -1, listed = null;
const BLOCK = 20;

function errors() {
  const feed = el("div", { id: "feed", role: "feed", "aria-label": "Sentences with these errors" });
  return [filters(), el("div", { class: "bar-of-errors" },
    el("p", { id: "found" }),
    el("div", { class: "buttons" },
      el("button", { type: "button", onclick: () => step(-1), title: "previous (k)" }, "← Previous"),
      el("button", { type: "button", onclick: () => step(1), title: "next (j)" }, "Next →"),
      el("button", { type: "button", onclick: () => copy(location.href, "The link") }, "Copy link"),
      el("button", { type: "button", onclick: save }, "Export JSON Lines"),
      el("button", { type: "button", onclick: showHelp, title: "keys (?)" }, "Keys"))),
    legend(), feed];
}

function legend() {
  return el("p", { class: "legend" }, "Gold above the words, predicted below. ",
    KINDS.map((name, kind) => [el("span", {}, badge(kind), " ", name), " "]));
}

function select(key, label, options) {
  const value = state[key] ?? "";
  return el("label", {}, el("span", {}, label),
    el("select", { name: key, onchange: (event) => go({ [key]: event.target.value || undefined }) },
      options.map(([name, words]) => el("option", { value: name, selected: name === value }, words))));
}

function filters() {
  const typed = data.types.map((name) => [`=${name}`, typeName(name)]);
  const kindNames = KINDS.slice(1).map((name) => [name, name]);
  const text = el("input", { type: "search", name: "text", value: state.text ?? "", autocomplete: "off",
    oninput: (event) => go({ text: event.target.value || undefined }) });
  return el("form", { class: "filters", role: "search", "aria-label": "Filter errors", onsubmit: (event) => event.preventDefault() },
    select("kind", "Kind", [["", "all errors"], ...kindNames, ["correct", "correct"], ["all", "errors and correct"]]),
    data.systems.some((system) => system.how)
      ? select("how", "Boundary", [["", "any"], ...HOWS.slice(1).map((name) => [name, name])]) : null,
    // The value of a select cannot tell an empty type from none chosen.
    select("type", "Type", [["", "any"], ...data.types.filter(Boolean).map((name) => [name, name])]),
    select("gold", "Gold type", [["", "any"], ...typed, ["-", "none: spurious"]]),
    select("pred", "Predicted type", [["", "any"], ...typed, ["-", "none: missed"]]),
    several && systems[state.system].change
      ? select("change", `In ${systems[best].name}`, [["", "any"], ...CHANGES.map((name) => [name, name])]) : null,
    el("label", { class: "text" }, el("span", {}, "Text"), text),
    el("button", { type: "button", onclick: () => go(Object.fromEntries(FILTERS.map((key) => [key, undefined]))) }, "Clear"));
}

// Sentences are in blocks: a block is filled when it comes near what is seen, and emptied when it
// is far from it, with its height kept.
const seen = new IntersectionObserver((changes) => {
  for (const { target, isIntersecting } of changes) {
    if (isIntersecting) fill(target);
    else if (target.childElementCount && !target.contains(document.activeElement)) {
      target.style.height = `${target.offsetHeight}px`;
      target.replaceChildren();
    }
  }
}, { rootMargin: "800px" });

function list() {
  entries = chosen();
  groups = [];
  entries.forEach((entry, index) => {
    entry.sentence = systems[entry.system].rows.sentence[entry.row];
    entry.index = index;
    if (groups.at(-1)?.[0].sentence !== entry.sentence) groups.push([]);
    groups.at(-1).push(entry);
    entry.group = groups.length - 1;
  });
  seen.disconnect();
  blocks = [];
  for (let first = 0; first < groups.length; first += BLOCK) {
    const block = el("div", { class: "block" });
    block.first = first;
    const letters = groups.slice(first, first + BLOCK)
      .reduce((sum, group) => sum + (data.texts[group[0].sentence]?.length ?? 0), 0);
    block.style.height = `${150 * Math.min(BLOCK, groups.length - first) + letters / 3}px`;
    blocks.push(block);
  }
  document.getElementById("feed").replaceChildren(...blocks);
  blocks.forEach((block) => seen.observe(block));
  const words = groups.length ? `${many(entries.length, state.kind === "correct" || state.kind === "all" || state.change ? "span" : "error")} in ${many(groups.length, "sentence")}` : "Nothing is like that.";
  document.getElementById("found").textContent = words;
  say(words);
}

function fill(block) {
  if (block.childElementCount) return;
  block.replaceChildren(...groups.slice(block.first, block.first + BLOCK).map((group, index) => article(group, block.first + index)));
  block.style.height = "";
}

function article(group, number) {
  const { sentence } = group[0];
  const id = `s${sentence}`;
  return el("article", { id, tabindex: -1, "aria-posinset": number + 1, "aria-setsize": groups.length, "aria-labelledby": `${id}-place` },
    el("h3", { id: `${id}-place`, class: "place" }, placeOf(sentence)),
    text(sentence, group),
    el("ul", { class: "entries" }, group.map((one) => {
      const entry = entryOf(one);
      const words = [...new Set([entry.gold, entry.predicted].filter(Boolean).map((span) => span.text))].filter(Boolean);
      const here = one.index === at;
      return el("li", {}, el("a", { href: address({ e: reference(one) }, state), class: "entry", "aria-current": here ? "true" : null },
        badge(entry.kind), " ", several ? `${systems[entry.system].name}: ` : "", sayEntry(entry), " ",
        words.map((said, place) => [place ? " / " : "", el("bdi", { class: "said" }, said)])));
    })));
}

const reference = ({ system, row }) => `${row}${system === state.system ? "" : "b"}`;

// What is drawn of a sentence: gold above, predictions below; shorter spans are nearer the words.
function text(sentence, group) {
  const atoms = textOf(sentence);
  const shown = new Set(group.map((one) => `${one.system} ${one.row}`));
  const current = entries[at];
  const sides = [state.system, ...(several && state.system !== best ? [best] : [])];
  const up = [], down = [];
  sides.forEach((system, side) => {
    const { rows } = systems[system];
    const mine = [];
    for (let row = rows.first[sentence]; row < rows.first[sentence + 1]; row++) {
      const entry = entryOf({ system, row });
      const classes = `k${entry.kind}${shown.has(`${system} ${row}`) || !shown.size ? "" : " pale"}${current?.system === system && current?.row === row ? " here" : ""}`;
      const head = sides.length > 1 ? `${systems[system].name} ` : "";
      const mark = LETTERS[entry.kind];
      if (!side && entry.gold) up.push({ ...entry.gold, classes, mark });
      if (entry.predicted) mine.push({ ...entry.predicted, classes, mark, head });
    }
    down.push({ spans: mine, ...lanes(mine) });
  });
  const above = lanes(up).height;
  let below = 0;
  for (const one of down) {
    for (const span of one.spans) span.lane += below;
    below += Math.max(one.height, 1);
  }
  const bars = [...up.map((span) => ({ ...span, side: "up" })), ...down.flatMap((one) => one.spans.map((span) => ({ ...span, side: "down" })))];
  const dir = direction(data.texts[sentence] ?? "");
  const node = el("p", { class: "text", dir }, [...segments(atoms, bars, dir === "rtl")]);
  node.style.setProperty("--up", Math.max(above, 1));
  node.style.setProperty("--down", Math.max(below, 1));
  if (data.texts[sentence] == null) node.append(el("em", {}, "The text is not known."));
  return node;
}

function lanes(spans) {
  const taken = [];
  for (const span of [...spans].sort((a, b) => a.end - a.start - (b.end - b.start))) {
    span.lane = taken.findIndex((others) => others.every((other) => other.end <= span.start || span.end <= other.start));
    if (span.lane < 0) span.lane = taken.push([]) - 1;
    taken[span.lane].push(span);
  }
  return { height: taken.length };
}

const columns = (words) => words.length + (words.match(/[\u1100-\u115f\u2e80-\uffdc]/g)?.length ?? 0);

// Which way words are written: by their first letter.
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
const direction = (words) => (RIGHT_TO_LEFT.test(words.match(/\p{L}/u)?.[0] ?? "") ? "rtl" : "ltr");

// Yield the words between spans as they are, and those in spans with their bars. What hangs
// together is in one <bdi>, in which words keep their order in a sentence of another direction.
function* segments(atoms, bars, rightToLeft) {
  const cuts = new Set([0, atoms.length, ...bars.flatMap(({ parts }) => parts.flat())]);
  const places = [...cuts].sort((a, b) => a - b);
  let run = null;
  for (const [index, end] of places.entries()) {
    const start = index ? places[index - 1] : 0;
    if (start === end) continue;
    const over = bars.filter((bar) => bar.start <= start && end <= bar.end);
    const words = said(atoms, start, end);
    const space = atoms.spaced && end < atoms.length ? " " : "";
    if (!over.length) {
      yield words + space;
      continue;
    }
    const joins = over.some((bar) => bar.end > end);
    // Words may stand on different lines, unless that would turn their order round.
    const pieces = rightToLeft ? [words] : words.split(/(?<=\s)/);
    run ??= el("bdi", { dir: direction(words) });
    run.append(...pieces.map((piece, number) =>
      segment(atoms, over, { start, end, piece, first: !number, last: number === pieces.length - 1, space: joins ? space : "" })));
    if (!joins) {
      yield run;
      if (space) yield space;
      run = null;
    }
  }
}

function segment(atoms, over, { start, end, piece, first, last, space }) {
  const node = el("span", { class: "seg" }, piece + (last ? space : ""));
  let least = 0;
  for (const bar of over) {
    const begins = first && bar.start === start, ends = last && bar.end === end;
    const classes = ["lane", bar.side, bar.classes, begins && "first", ends && "last", ends && space && "short",
      bar.parts.some(([from, to]) => from <= start && end <= to) || "between"];
    const label = `${bar.head ?? ""}${bar.mark} ${typeName(bar.type)}`;
    const lane = el("span", { class: classes.filter((name) => name && name !== true).join(" "), "aria-hidden": "true" },
      begins ? el("span", { class: "label" }, el("bdi", { dir: "ltr" }, label)) : null);
    lane.style.setProperty("--lane", bar.lane);
    node.append(lane);
    if (begins) {
      const others = columns(said(atoms, bar.start, bar.end)) - columns(piece);
      least = Math.max(least, 0.8 * columns(label) + 1 - others);
    }
  }
  if (least > 0) node.style.minWidth = `${least.toFixed(1)}ch`;
  return node;
}

function indexOf(given) {
  if (!given) return -1;
  const row = parseInt(given, 10), system = given.endsWith("b") ? best : state.system;
  return entries.findIndex((entry) => entry.row === row && entry.system === system);
}

// Show the entry that the address names.
function point() {
  const before = entries[at];
  at = indexOf(state.e);
  const entry = entries[at];
  for (const one of [before, entry]) {
    const old = one && document.getElementById(`s${one.sentence}`);
    if (old && groups[one.group]) old.replaceWith(article(groups[one.group], one.group));
  }
  if (!entry) return;
  fill(blocks[Math.floor(entry.group / BLOCK)]);
  const node = document.getElementById(`s${entry.sentence}`);
  node.focus({ preventScroll: true });
  node.scrollIntoView({ block: "center" });
  const whole = entryOf(entry);
  say(`${at + 1} of ${entries.length}: ${sayEntry(whole)}: ${(whole.gold ?? whole.predicted).text}`);
}

function step(by) {
  if (!entries.length) return;
  const next = at < 0 ? (by > 0 ? 0 : entries.length - 1) : Math.max(0, Math.min(entries.length - 1, at + by));
  location.replace(address({ e: reference(entries[next]) }, state));
}

// ---- What can be taken along

function save() {
  const written = entries.map((one) => {
    const entry = entryOf(one);
    const { sentence } = entry;
    const first = (entry.gold ?? entry.predicted).start;
    const span = (found) => found && { type: found.type, text: found.text, start: found.start, end: found.end };
    return JSON.stringify({
      ...(several ? { system: systems[entry.system].name } : {}),
      kind: KINDS[entry.kind],
      how: HOWS[entry.how] || null,
      gold: span(entry.gold),
      predicted: span(entry.predicted),
      file: fileOf(sentence),
      line: lines[sentence] && lines[sentence] + (data.line_by_token && nth(sentence) === "token" ? first : 0),
      document: data.documents?.[sentence] ?? null,
      unit: nth(sentence),
      sentence: data.texts[sentence],
    }) + "\n";
  });
  const link = el("a", { href: URL.createObjectURL(new Blob(written, { type: "application/x-ndjson" })), download: "errors.jsonl" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  say(`${many(written.length, "line")} are exported`);
}

async function copy(words, what) {
  try {
    await navigator.clipboard.writeText(words);
  } catch {
    const box = el("textarea", { class: "unseen" });
    box.value = words;
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  }
  say(`${what} is copied`, true);
}

let clearing = 0;
function say(words, shown = false) {
  const status = document.getElementById("status");
  status.textContent = words;
  status.className = shown ? "toast" : "unseen";
  clearTimeout(clearing);
  if (shown) clearing = setTimeout(() => (status.className = "unseen"), 2000);
}

// ---- Keys

const KEYS = [
  ["j, n, ↓", "the next error", ["j", "n", "ArrowDown"], () => step(1)],
  ["k, p, ↑", "the previous error", ["k", "p", "ArrowUp"], () => step(-1)],
  ["/", "filter by text", ["/"], () => document.querySelector("[name=text]").focus()],
  ["o", "the overview", ["o"], () => go({ view: "overview" })],
  ["e", "the errors", ["e"], () => go({ view: "errors" })],
  ["?", "these keys", ["?"], () => showHelp()],
];

function showHelp() {
  const help = document.getElementById("help");
  help.replaceChildren(
    el("h2", { id: "help-title" }, "Keys"),
    el("dl", { class: "keys" }, KEYS.map(([keys, what]) => el("div", {}, el("dt", {}, keys.split(", ").map((key) => el("kbd", {}, key))), el("dd", {}, what)))),
    el("label", {}, el("input", { type: "checkbox", checked: keysWork, onchange: (event) => (keysWork = event.target.checked) }), " Keys work"),
    el("form", { method: "dialog" }, el("button", {}, "Close")));
  help.showModal();
}

let keysWork = true;
document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (target.matches("input, select, textarea")) return;
  if (!keysWork && key !== "?") return;
  const arrow = key.startsWith("Arrow");
  const known = KEYS.find(([, , keys]) => keys.includes(key));
  const forErrors = known && KEYS.indexOf(known) < 3;
  if (!known || (forErrors && state.view !== "errors") || (arrow && !target.closest("#feed"))) return;
  event.preventDefault();
  known[3]();
});

// ---- The page as a whole

function top_() {
  const link = (view, words) => el("a", { href: address({ view }, { ...state, e: undefined }), "aria-current": state.view === view ? "page" : null }, words);
  const texts = `${many(data.texts.length, nth(0) === "token" ? "sentence" : "text")}`;
  return [
    el("div", { class: "name" }, el("h1", {}, data.title), el("p", {}, `${texts}, ${many(gold.start.length, "gold span")}`)),
    el("nav", { "aria-label": "Views" }, link("overview", "Overview"), link("errors", "Errors")),
    several ? el("label", { class: "system" }, el("span", {}, "System"),
      el("select", { name: "system", onchange: (event) => go({ system: +event.target.value, change: undefined }) },
        systems.map(({ name }, index) => el("option", { value: index, selected: index === state.system }, name)))) : null,
  ].filter(Boolean);
}

function render() {
  const before = state;
  state = read();
  const filter = (some) => JSON.stringify([some.view, some.system, ...FILTERS.map((key) => some[key])]);
  const main = document.getElementById("main");
  if (before.view !== state.view || before.system !== state.system) {
    document.getElementById("top").replaceChildren(...top_());
  }
  if (filter(before) !== filter(state)) {
    if (state.view === "overview") {
      at = -1;
      main.replaceChildren(...overview().filter(Boolean));
    } else {
      const typing = document.activeElement?.name === "text" && before.view === "errors";
      const focused = document.activeElement?.name;
      if (!typing) main.replaceChildren(...errors());
      if (focused && !typing) main.querySelector(`[name="${focused}"]`)?.focus();
      at = -1;
      list();
    }
    if (before.view && before.view !== state.view) {
      window.scrollTo(0, 0);
      main.focus({ preventScroll: true });
    }
  }
  if (state.view === "errors") point();
}

document.querySelector("[data-skip]").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("main").focus();
});
// On paper there is no scrolling: what is printed are the first sentences.
window.addEventListener("beforeprint", () => blocks.slice(0, 10).forEach(fill));
window.addEventListener("hashchange", render);
render();
