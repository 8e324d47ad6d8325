// What a page shows, which is in #data, and what is chosen of it, which is in the fragment of the
// address. The four scripts are one: data.js, overview.js, errors.js, page.js. Texts are only ever
// set as text, never as HTML.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const [KINDS, HOWS, CHANGES] = ["kinds", "hows", "changes"].map((name) => Object.keys(data.words[name]));
const LETTERS = ["✓", "T", "B", "X", "M", "S"];
const CORRECT = 0, MISSED = 4, SPURIOUS = 5;
const several = data.systems.length > 1;

// ---- Elements

function el(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (Array.isArray(value)) node.setAttribute(key, value.filter(Boolean).join(" "));
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value != null) node.setAttribute(key, value);
  }
  node.append(...children.flat(9).filter((child) => child != null));
  return node;
}

const button = (words, onclick, title) => el("button", { type: "button", onclick, title }, words);

// A bar of a fraction of 1, with its interval as a whisker.
function bar(label, value, low, high) {
  const shape = (name, attributes, ...children) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, given] of Object.entries(attributes)) node.setAttribute(key, given);
    node.append(...children);
    return node;
  };
  const at = (x) => Math.max(0, Math.min(100, 100 * x)).toFixed(2);
  const block = (width, name) => shape("rect", { x: 0, y: 5, height: 10, width, class: name });
  const whisker = `M${at(low)} 10H${at(high)}M${at(low)} 3V17M${at(high)} 3V17`;
  return el("td", { class: "wide" },
    shape("svg",
      { viewBox: "0 0 100 20", preserveAspectRatio: "none", role: "img", "aria-label": label, class: "bar" },
      block(100, "ground"), block(at(value ?? 0), "value"),
      ...(low == null ? [] : [shape("path", { d: whisker })])));
}

// A table whose rows are lists of cells: the first is a name, the others are contents or <td>.
function table(caption, head, rows, kind) {
  const cell = (content, index) => {
    if (content instanceof Element && /^T[DH]$/.test(content.tagName)) return content;
    return index ? el("td", {}, content) : el("th", { scope: "row" }, content);
  };
  const heads = head.map((name) => (name ? el("th", { scope: "col" }, name) : el("td")));
  return el("div", { class: "scroll", role: "region", "aria-label": caption, tabindex: 0 },
    el("table", { class: kind },
      el("caption", { class: "unseen" }, caption),
      el("thead", {}, el("tr", {}, heads)),
      el("tbody", {}, rows.map((row) => el("tr", {}, row.map(cell))))));
}

const section = (id, title, words, ...children) =>
  el("section", { "aria-labelledby": id }, el("h2", { id }, title),
    words ? el("p", { class: "words" }, words) : null, children);

const percent = (value) => (value == null ? "–" : (100 * value).toFixed(data.digits));
const signed = (value) =>
  value == null ? "–" : (value < 0 ? "−" : "+") + Math.abs(100 * value).toFixed(data.digits);
const chance = (value) => (value == null ? "–" : value < 0.0001 ? "< 0.0001" : value.toFixed(4));
const count = (number) => number.toLocaleString("en", { maximumFractionDigits: 2 });
const many = (number, noun) => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
const range = (low, high, shown = percent) =>
  low == null ? null : el("span", { class: "range" }, `${shown(low)} to ${shown(high)}`);
const badge = (kind) => el("span", { class: `badge k${kind}`, "aria-hidden": "true" }, LETTERS[kind]);
const shortened = (name) => (name.length > 10 ? `${name.slice(0, 9)}…` : name);
const typeName = (name) => name || "(no type)";

// ---- Data: columns made into arrays that are looked up by index

function sums(steps) {
  let total = 0;
  return Int32Array.from(steps, (step) => (total += step));
}

const lines = sums(data.lines);
const gold = { ...data.gold, sentence: new Int32Array(data.gold.start.length) };
sums([0, ...gold.count]).forEach((first, sentence) =>
  gold.sentence.fill(sentence, first, first + (gold.count[sentence] ?? 0)));

// The rows of a system's ledger: of each the spans of gold and of the predictions, the kind, how
// boundaries differ, and the sentence. Of what is correct there is the span of gold alone. `first`
// is the first row of each sentence.
function rowsOf(system) {
  const wrong = { ...system.wrong, sentence: sums(system.wrong.sentence) };
  const size = system.kind.length;
  const column = () => new Int32Array(size).fill(-1);
  const rows = { wrong, size };
  for (const name of ["kind", "how", "gold", "predicted", "sentence"]) rows[name] = column();
  const first = new Int32Array(data.texts.length + 1);
  let left = 0, right = 0;
  for (let row = 0; row < size; row++) {
    const kind = (rows.kind[row] = +system.kind[row]);
    rows.how[row] = +(system.how[row] ?? 0);
    if (kind !== SPURIOUS) rows.gold[row] = system.order?.[left] ?? left, left++;
    if (kind !== MISSED && kind !== CORRECT) rows.predicted[row] = right++;
    rows.sentence[row] = kind === SPURIOUS ? wrong.sentence[right - 1] : gold.sentence[rows.gold[row]];
    first[rows.sentence[row] + 1]++;
  }
  return { ...rows, first: sums(first) };
}

const systems = data.systems.map((system) => ({ ...system, rows: rowsOf(system) }));
const BEST = several ? systems.findIndex(({ name }) => name === data.ranking.systems[0].name) : 0;

// The numbers of the types of a row: of gold, and predicted; -1 for no span.
function typesOf(rows, row) {
  const left = rows.gold[row] < 0 ? -1 : gold.type[rows.gold[row]];
  if (rows.kind[row] === CORRECT) return [left, left];
  return [left, rows.predicted[row] < 0 ? -1 : rows.wrong.type[rows.predicted[row]]];
}

// What a slice is called in the address, and the columns of slices of rows that such a name is of.
const sliceKey = (slices, name) => `${slices.by}=${name}`;
function sliceOf(system, key) {
  for (const slices of systems[system].slices) {
    const number = slices.scores.findIndex(([name]) => sliceKey(slices, name) === key);
    if (number >= 0) return (row) => slices.gold[row] === number || slices.predicted[row] === number;
  }
  return () => false;
}

// Where places count tokens, and where characters: that changes at the sentences of `by_token`.
const unitOf = (sentence) =>
  data.by_token.filter((place) => place <= sentence).length % 2 ? "character" : "token";

// What the texts are called, by the first of them.
const NOUN = unitOf(0) === "token" ? "sentence" : "text";

function unitsOf(sentence) {
  const text = data.texts[sentence] ?? "";
  const [units, glue] = unitOf(sentence) === "token" ? [text.split(" "), " "] : [Array.from(text), ""];
  return { size: units.length, glue, said: (start, end) => units.slice(start, end).join(glue) };
}

function spanOf(spans, index, units) {
  const start = spans.start[index], end = start + spans.length[index];
  const flat = spans.parts[index] ?? [start, end];
  const parts = [];
  for (let place = 0; place < flat.length; place += 2) parts.push(flat.slice(place, place + 2));
  const text = spans.said[index] ?? (data.known ? parts.map((part) => units.said(...part)).join(" ") : "");
  return { type: data.types[spans.type[index]], text, start, end, parts };
}

// A row of a ledger, spelt out.
function entryOf({ system, row }, units) {
  const { rows } = systems[system];
  const sentence = rows.sentence[row], kind = rows.kind[row];
  units ??= unitsOf(sentence);
  const left = rows.gold[row] < 0 ? null : spanOf(gold, rows.gold[row], units);
  const right = rows.predicted[row] < 0 ? null : spanOf(rows.wrong, rows.predicted[row], units);
  const sides = { gold: left, predicted: kind === CORRECT ? left : right };
  return { system, row, sentence, kind, how: HOWS[rows.how[row]], ...sides };
}

function sayEntry({ kind, how, gold: left, predicted }) {
  const types = [...new Set([left, predicted].filter(Boolean).map(({ type }) => typeName(type)))];
  return `${KINDS[kind]}${how ? ` (${how})` : ""}: ${types.join(" → ")}`;
}

function placeOf(sentence) {
  const [file, first] = data.files.findLast(([, number]) => number <= sentence);
  const noun = unitOf(sentence) === "token" ? "sentence" : "text";
  const name = data.documents?.[sentence] ?? `${noun} ${sentence - first + 1}`;
  return { file, said: !file ? `${name}` : lines[sentence] ? `${file}:${lines[sentence]}` : `${file}: ${name}` };
}

// ---- State: what the fragment of the address says

const FILTERS = ["kind", "how", "change", "type", "gold", "pred", "slice", "text"];
let state = {};

function read() {
  const [view, query] = location.hash.slice(1).split("?", 2);
  const given = Object.fromEntries(new URLSearchParams(query ?? ""));
  const named = systems.findIndex(({ name }) => name === given.system);
  return { ...given, view: view === "errors" ? view : "overview", system: named < 0 ? BEST : named };
}

function address(changes, from = {}) {
  const given = { view: "errors", system: state.system, ...from, ...changes };
  const query = new URLSearchParams();
  if (several) query.set("system", systems[given.system].name);
  for (const key of [...FILTERS, "e"]) if (given[key]) query.set(key, given[key]);
  const said = String(query);
  return said ? `#${given.view}?${said}` : `#${given.view}`;
}

const go = (changes) => location.replace(address({ e: null, ...changes }, state));
const toErrors = (changes, ...children) => el("a", { href: address(changes) }, children);

// A type in the address: `=PER` is PER, `-` is no span.
const typeKey = (index) => (index < 0 ? "-" : `=${data.types[index]}`);
const typeOf = (key) => data.types.indexOf(key.slice(1));
