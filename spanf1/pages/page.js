// A page: an overview of figures, and a browser of errors. All that it shows is in #data; what is
// chosen of it is in the fragment of the address. Texts are only ever set as text, never as HTML.
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

const percent = (value) => (value == null ? "–" : (100 * value).toFixed(2));
const signed = (value) =>
  value == null ? "–" : (value < 0 ? "−" : "+") + Math.abs(100 * value).toFixed(2);
const chance = (value) => (value == null ? "–" : value < 0.0001 ? "< 0.0001" : value.toFixed(4));
const count = (number) => number.toLocaleString("en", { maximumFractionDigits: 2 });
const many = (number, noun) => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
const range = (low, high, shown = percent) =>
  low == null ? null : el("span", { class: "range" }, `${shown(low)} to ${shown(high)}`);
const badge = (kind) => el("span", { class: `badge k${kind}`, "aria-hidden": "true" }, LETTERS[kind]);
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
  const rows = { wrong, size, kind: column(), how: column(), gold: column(), predicted: column(), sentence: column() };
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

// Where places count tokens, and where characters: that changes at the sentences of `by_token`.
const unitOf = (sentence) =>
  data.by_token.filter((place) => place <= sentence).length % 2 ? "character" : "token";

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
  return { system, row, sentence, kind, how: HOWS[rows.how[row]], gold: left, predicted: kind === CORRECT ? left : right };
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

const FILTERS = ["kind", "how", "change", "type", "gold", "pred", "text"];
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
  return `#${given.view}${query.size ? `?${query}` : ""}`;
}

const go = (changes) => location.replace(address({ e: null, ...changes }, state));
const toErrors = (changes, ...children) => el("a", { href: address(changes) }, children);

// A type in the address: `=PER` is PER, `-` is no span.
const typeKey = (index) => (index < 0 ? "-" : `=${data.types[index]}`);
const typeOf = (key) => data.types.indexOf(key.slice(1));

// ---- Overview

function overview() {
  const system = systems[state.system];
  return [
    headline(system), several ? ranking() : null, types(system),
    el("div", { class: "pair" }, kinds(system), whatIf(system)), confusion(system), made(system),
  ];
}

// A row of figures: kind, name, precision, recall, F, gold, predicted, correct; then, if there are
// intervals, the ends of those of precision, recall, F1 and F.
const interval = (row, figure) => (row.length > 8 ? row.slice(8 + 2 * figure, 10 + 2 * figure) : []);

function headline(system) {
  const micro = system.figures.find(([kind]) => kind === "micro");
  const card = (name, figure, ends) => el("div", {}, el("dt", {}, name),
    el("dd", {}, el("strong", {}, percent(micro[figure])), range(...interval(micro, ends))));
  return el("section", { "aria-labelledby": "figures" },
    el("h2", { id: "figures", class: "unseen" }, "Figures"),
    el("dl", { class: "cards" },
      card(`${system.f}, micro`, 4, 2), card("Precision", 2, 0), card("Recall", 3, 1)));
}

function types(system) {
  const rows = system.figures.map((row) => {
    const [kind, name, precision, recall, f, ...counts] = row;
    const ends = interval(row, 2);
    const said = ends[0] == null ? "" : `, from ${ends.map(percent).join(" to ")}`;
    return [
      kind === "type" ? toErrors({ type: `=${name}` }, typeName(name)) : name,
      bar(`${system.f} ${percent(f)}${said}`, f, ...ends),
      el("td", {}, percent(f), range(...ends)),
      percent(precision), percent(recall), ...counts.slice(0, 3).map(count),
    ];
  });
  const head = ["", "", system.f, "Precision", "Recall", ...system.counts.slice(0, 3)];
  const words = "A bar is the score, its whisker the interval. The name of a type opens its errors.";
  return section("types", "By type", words, table("Scores by type, and averages", head, rows, "types"));
}

function kinds(system) {
  const found = KINDS.map((_, kind) => system.rows.kind.filter((other) => other === kind).length);
  const [correct, ...wrong] = found;
  const errors = wrong.reduce((sum, number) => sum + number, 0);
  const rows = wrong.map((number, index) => {
    const kind = index + 1, name = KINDS[kind];
    const line = bar(`${name}: ${number}`, number / Math.max(1, ...wrong));
    line.classList.add(`k${kind}`);
    return [
      [badge(kind), " ", toErrors({ kind: name }, name), el("span", { class: "hint" }, data.words.kinds[name])],
      line, count(number), errors ? `${((100 * number) / errors).toFixed(1)}%` : "–",
    ];
  });
  return section("kinds", "Errors", `${many(errors, "error")}; ${many(correct, "correct span")}.`,
    table("Errors by kind", ["kind", "", "count", "share"], rows));
}

function whatIf(system) {
  const [now, ...mended] = system.what_if;
  const most = Math.max(1e-9, ...mended.map((one) => one[4] - now[4]));
  const rows = mended.map(([what, , , , f]) =>
    [what, bar(signed(f - now[4]), (f - now[4]) / most), percent(f), signed(f - now[4])]);
  return section("what-if", "What if",
    `The score of exact matches is ${percent(now[4])}. It would be this if one kind of error were mended.`,
    table("The score if one kind of error were mended", ["mended", "", "score", "more"], rows));
}

function confusion({ rows }) {
  const none = data.types.length;
  const cells = Array.from({ length: none + 1 }, () => new Array(none + 1).fill(0));
  for (let row = 0; row < rows.size; row++) {
    const [left, right] = typesOf(rows, row);
    cells[left < 0 ? none : left][right < 0 ? none : right]++;
  }
  const name = (index) => (index === none ? "none" : typeName(data.types[index]));
  const key = (index) => typeKey(index === none ? -1 : index);
  const body = cells.map((line, left) => {
    const total = line.reduce((sum, number) => sum + number, 0);
    return [left === none ? "spurious" : name(left), ...line.map((number, right) => {
      if (!number) return el("td", { class: "none" }, left === none && right === none ? "" : "·");
      const label = `gold ${name(left)}, predicted ${name(right)}: ${number}`;
      const link = toErrors({ kind: "all", gold: key(left), pred: key(right) }, count(number));
      link.setAttribute("aria-label", label);
      const heat = `heat${Math.ceil((8 * number) / total)}`;
      return el("td", { class: `${heat}${left === right ? " same" : ""}`, title: label }, link);
    })];
  });
  return section("confusion", "Confusion",
    "Rows are types of gold, columns what is predicted for them. The shade is the share of the row. A cell opens its spans.",
    table("Types of gold, and what is predicted for them", ["gold", ...data.types.map(typeName), "missed"], body, "matrix"));
}

function made(system) {
  const facts = [...system.made.filter(([heading]) => heading !== "signature"), ...data.remarks.map((words) => ["page", words])];
  return section("made", "How the number was made", null,
    el("div", { class: "signature" }, el("code", { id: "signature" }, system.signature),
      button("Copy", () => copy(system.signature, "The signature"))),
    el("dl", { class: "facts" }, facts.map(([heading, text]) =>
      el("div", {}, el("dt", {}, heading), el("dd", {}, text)))),
    el("p", { class: "words" }, `Made by spanf1 ${data.spanf1}.`));
}

function ranking() {
  const { systems: ranked, differences, reference, testing, undecided } = data.ranking;
  const corrected = testing.correction !== "none";
  const rows = ranked.map(({ name, f, interval: ends }) => {
    const index = systems.findIndex((system) => system.name === name);
    const apart = differences.find((one) => one.system === name && !one.type);
    const here = index === state.system ? "true" : null;
    return [
      el("a", { href: address({ view: "overview", system: index }), "aria-current": here }, name),
      bar(percent(f), f, ...ends),
      el("td", {}, percent(f), range(...ends)),
      apart ? el("td", {}, signed(apart.difference), range(...apart.interval, signed)) : "",
      apart ? chance(corrected ? apart.p_adjusted : apart.p_value) : "",
    ];
  });
  const same = undecided.map(([, name]) => name).join(", ");
  const words = `${same ? `Not told apart from ${reference}: ${same}` : `All can be told apart from ${reference}`}. `
    + "Intervals here are of resamples that all systems share.";
  const head = ["system", "", systems[0].f, `from ${reference}`, corrected ? "p, corrected" : "p"];
  const best = systems[BEST].name;
  const fates = CHANGES.filter((name) => !["right", "wrong", "spurious"].includes(name));
  const body = systems.flatMap((system, index) => index === BEST ? [] : [[system.name, ...fates.map((name) => {
    const number = name === "new" ? system.new.length : system.change.split(CHANGES.indexOf(name)).length - 1;
    return number ? toErrors({ system: index, change: name }, count(number)) : "0";
  })]]);
  const said = (name) => data.words.changes[name].replaceAll(/\bA\b/g, "the other").replaceAll(/\bB\b/g, best);
  return section("ranking", "Systems", words, table("Systems by score", head, rows, "types"),
    el("h3", {}, `What ${best} mends and breaks`),
    el("ul", { class: "words" }, fates.map((name) => el("li", {}, `${name}: ${said(name)}`))),
    table(`Spans that ${best} has otherwise`, ["against", ...fates], body));
}

// ---- The errors that are chosen

let entries = [], groups = [], blocks = [], at = -1;

function chosen() {
  const { system, kind, how, type, gold: left, pred, text } = state;
  const change = systems[system].change && state.change;
  const fate = String(CHANGES.indexOf(change));
  const kindNumber = KINDS.indexOf(kind), all = kind === "all" || (change && !kind);
  const words = text?.toLowerCase();
  const passes = (rows, row) => {
    const number = rows.kind[row];
    if (!all && (kind ? number !== kindNumber : number === CORRECT)) return false;
    if (how && HOWS[rows.how[row]] !== how) return false;
    const pair = typesOf(rows, row);
    if (type && !pair.includes(typeOf(type))) return false;
    if (left && pair[0] !== typeOf(left)) return false;
    if (pred && pair[1] !== typeOf(pred)) return false;
    return !words || (data.texts[rows.sentence[row]] ?? "").toLowerCase().includes(words);
  };
  // What is new is in the best system, and not in this one.
  const from = change === "new" ? BEST : system;
  const { rows } = systems[from];
  const numbers = change === "new" ? systems[system].new : rows.kind.keys();
  const found = [];
  for (const row of numbers) {
    const fits = !change || change === "new" || systems[system].change[row] === fate;
    if (fits && passes(rows, row)) found.push({ system: from, row, sentence: rows.sentence[row] });
  }
  return found;
}

// ---- The browser of errors

const BLOCK = 20;

function errors() {
  return [
    filters(),
    el("div", { class: "tools" }, el("p", { id: "found" }),
      el("div", { class: "buttons" },
        button("← Previous", () => step(-1), "Key: k"), button("Next →", () => step(1), "Key: j"),
        button("Copy link", () => copy(location.href, "The link")),
        button("Export JSON Lines", save), button("Keys", showHelp, "Key: ?"))),
    el("p", { class: "legend" }, "Gold is above the words, predictions are below. ",
      KINDS.map((name, kind) => [el("span", {}, badge(kind), " ", name), " "])),
    el("div", { id: "feed", role: "feed", "aria-label": "Sentences" }),
  ];
}

function filters() {
  const select = (name, label, options) => el("label", {}, el("span", {}, label),
    el("select", { name, onchange: ({ target }) => go({ [name]: target.value }) },
      options.map((option) => (Array.isArray(option) ? option : [option, option])).map(([value, words]) =>
        el("option", { value, selected: value === (state[name] ?? "") }, words))));
  const any = ["", "any"];
  const typed = data.types.map((name, index) => [typeKey(index), typeName(name)]);
  const clear = Object.fromEntries(FILTERS.map((key) => [key, null]));
  const text = el("input", { type: "search", name: "text", value: state.text ?? "", autocomplete: "off",
    oninput: ({ target }) => go({ text: target.value }) });
  return el("form", { class: "filters", role: "search", "aria-label": "Filter errors", onsubmit: (event) => event.preventDefault() },
    select("kind", "Kind", [["", "all errors"], ...KINDS.slice(1), "correct", ["all", "errors and correct"]]),
    select("how", "Boundary", [any, ...HOWS.slice(1)]),
    select("type", "Type", [any, ...typed]),
    select("gold", "Gold type", [any, ...typed, ["-", "none: spurious"]]),
    select("pred", "Predicted type", [any, ...typed, ["-", "none: missed"]]),
    systems[state.system].change ? select("change", `In ${systems[BEST].name}`, [any, ...CHANGES]) : null,
    el("label", { class: "text" }, el("span", {}, "Text"), text),
    button("Clear", () => go(clear)));
}

// Sentences are in blocks. A block is filled when it comes near to what is seen; when it is far
// from that, it is emptied, and keeps its height.
const near = new IntersectionObserver((changes) => {
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
  for (const [index, entry] of entries.entries()) {
    if (groups.at(-1)?.[0].sentence !== entry.sentence) groups.push([]);
    groups.at(-1).push(Object.assign(entry, { index, group: groups.length - 1 }));
  }
  near.disconnect();
  blocks = [];
  for (let first = 0; first < groups.length; first += BLOCK) {
    const letters = groups.slice(first, first + BLOCK).reduce((sum, [one]) => sum + 400 + (data.texts[one.sentence] ?? "").length, 0);
    const block = el("div", {});
    block.style.height = `${letters / 3}px`;
    blocks.push(Object.assign(block, { first }));
  }
  document.getElementById("feed").replaceChildren(...blocks);
  blocks.forEach((block) => near.observe(block));
  const noun = state.kind === "correct" || state.kind === "all" || state.change ? "span" : "error";
  const words = groups.length
    ? `${many(entries.length, noun)} in ${many(groups.length, unitOf(0) === "token" ? "sentence" : "text")}`
    : "No span is like that.";
  document.getElementById("found").textContent = words;
  say(words);
}

function fill(block) {
  if (block.childElementCount) return;
  const { first } = block;
  block.replaceChildren(...groups.slice(first, first + BLOCK).map((_, number) => article(first + number)));
  block.style.height = "";
}

function article(number) {
  const group = groups[number], { sentence } = group[0];
  const id = `s${sentence}`;
  const items = group.map((one) => {
    const entry = entryOf(one);
    const said = [...new Set([entry.gold, entry.predicted].filter(Boolean).map(({ text }) => text))];
    const here = one.index === at ? "true" : null;
    return el("li", {}, el("a", { href: address({ e: reference(one) }, state), class: "entry", "aria-current": here },
      badge(entry.kind), several ? ` ${systems[entry.system].name}` : "", ` ${sayEntry(entry)} `,
      said.map((text, place) => [place ? " / " : "", el("bdi", { class: "said" }, text)])));
  });
  const set = { tabindex: -1, "aria-posinset": number + 1, "aria-setsize": groups.length };
  return el("article", { id, ...set, "aria-labelledby": `${id}-place` },
    el("h2", { id: `${id}-place`, class: "place" }, placeOf(sentence).said),
    drawn(group), el("ul", { class: "entries" }, items));
}

// What stands for an entry in the address: its row, with a mark if it is of the best system.
const reference = ({ system, row }) => `${row}${system === state.system ? "" : "b"}`;

// ---- A sentence, drawn: gold above the words, predictions below, shorter spans nearer to them

function drawn(group) {
  const { sentence } = group[0];
  const units = unitsOf(sentence);
  const listed = new Set(group.map(({ system, row }) => `${system} ${row}`));
  const current = entries[at];
  const shown = several && state.system !== BEST ? [state.system, BEST] : [state.system];
  const bars = [], heights = { up: 0, down: 0 };
  const stack = (spans, side) => {
    const lanes = [];
    for (const span of spans.sort((a, b) => a.end - a.start - (b.end - b.start))) {
      const free = lanes.find((others) => others.every((other) => other.end <= span.start || span.end <= other.start));
      (free ?? lanes[lanes.push([]) - 1]).push(span);
    }
    lanes.forEach((others, lane) => others.forEach((span) => bars.push({ ...span, side, lane: heights[side] + lane })));
    heights[side] += Math.max(1, lanes.length);
  };
  for (const system of shown) {
    const { first } = systems[system].rows;
    const rows = Array.from({ length: first[sentence + 1] - first[sentence] }, (_, row) => entryOf({ system, row: first[sentence] + row }, units));
    const marked = (side) => rows.filter((entry) => entry[side]).map((entry) => {
      const names = [`k${entry.kind}`, listed.has(`${system} ${entry.row}`) || "pale",
        current?.system === system && current.row === entry.row && "here"];
      const head = shown.length > 1 && side === "predicted" ? `${systems[system].name} ` : "";
      const label = `${head}${LETTERS[entry.kind]} ${typeName(entry[side].type)}`;
      return { ...entry[side], label, names };
    });
    if (system === shown[0]) stack(marked("gold"), "up");
    stack(marked("predicted"), "down");
  }
  const dir = direction(data.texts[sentence] ?? "");
  const node = el("p", { class: "text", dir }, [...segments(units, bars, dir === "rtl")]);
  node.style.setProperty("--up", heights.up);
  node.style.setProperty("--down", heights.down);
  if (data.texts[sentence] == null) node.append(el("em", {}, "The text is not known."));
  return node;
}

// Which way words are written, by their first letter; how many columns they take.
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
const direction = (words) => (RIGHT_TO_LEFT.test(words.match(/\p{L}/u)?.[0] ?? "") ? "rtl" : "ltr");
const columns = (words) => words.length + (words.match(/[\u1100-\u115f\u2e80-\uffdc]/g)?.length ?? 0);

// Yield the words between spans as they are, and those in spans with their bars. What hangs
// together is in one <bdi>: its words keep their order in a sentence of the other direction.
function* segments(units, bars, rightToLeft) {
  const cuts = new Set([0, units.size, ...bars.flatMap(({ parts }) => parts.flat())]);
  let run = null, start = 0;
  for (const end of [...cuts].sort((a, b) => a - b).slice(1)) {
    const over = bars.filter((bar) => bar.start <= start && end <= bar.end);
    const words = units.said(start, end);
    const space = end < units.size ? units.glue : "";
    if (over.length) {
      const joins = over.some((bar) => bar.end > end);
      // Words may stand on different lines, unless that would turn their order round.
      const pieces = rightToLeft ? [words] : words.split(/(?<=\s)/);
      run ??= el("bdi", { dir: direction(words) });
      pieces.forEach((piece, number) => run.append(segment(units, over, {
        start, end, piece, first: !number, last: number === pieces.length - 1, space: joins ? space : "",
      })));
      if (!joins) {
        yield run;
        yield space;
        run = null;
      }
    } else yield words + space;
    start = end;
  }
}

// Words that have the same bars over and under them.
function segment(units, over, { start, end, piece, first, last, space }) {
  const node = el("span", { class: "seg" }, piece + (last ? space : ""));
  let least = 0;
  for (const bar of over) {
    const begins = first && bar.start === start, ends = last && bar.end === end;
    const names = ["lane", bar.side, ...bar.names, begins && "first", ends && "last", ends && space && "short",
      bar.parts.some(([from, to]) => from <= start && end <= to) || "between"];
    const label = begins ? el("span", { class: "label" }, el("bdi", { dir: "ltr" }, bar.label)) : null;
    const lane = el("span", { class: names.filter((name) => name && name !== true).join(" "), "aria-hidden": "true" }, label);
    lane.style.setProperty("--lane", bar.lane);
    node.append(lane);
    const others = columns(units.said(bar.start, bar.end)) - columns(piece);
    if (begins) least = Math.max(least, 0.8 * columns(bar.label) + 1 - others);
  }
  // So that the label has room.
  if (least > 0) node.style.minWidth = `${least.toFixed(1)}ch`;
  return node;
}

// ---- One error after the other

// Show the error that the address names.
function point() {
  const before = entries[at];
  const [, row, other] = /^(\d+)(b?)$/.exec(state.e ?? "") ?? [];
  at = entries.findIndex((entry) => entry.row === +row && entry.system === (other ? BEST : state.system));
  const entry = entries[at];
  if (entry) fill(blocks[Math.floor(entry.group / BLOCK)]);
  for (const one of [before, entry]) {
    if (one) document.getElementById(`s${one.sentence}`)?.replaceWith(article(one.group));
  }
  if (!entry) return;
  const node = document.getElementById(`s${entry.sentence}`);
  node.focus({ preventScroll: true });
  node.scrollIntoView({ block: "center" });
  const whole = entryOf(entry);
  say(`${at + 1} of ${entries.length}: ${sayEntry(whole)}: ${(whole.gold ?? whole.predicted).text}`);
}

function step(by) {
  if (!entries.length) return;
  const next = at < 0 && by < 0 ? entries.length - 1 : Math.max(0, Math.min(entries.length - 1, at + by));
  location.replace(address({ e: reference(entries[next]) }, state));
}

// ---- What can be taken along

function save() {
  const span = (found) => found && { type: found.type, text: found.text, start: found.start, end: found.end };
  const written = entries.map((one) => {
    const { kind, how, sentence, gold: left, predicted } = entryOf(one);
    const unit = unitOf(sentence);
    const below = data.line_by_token && unit === "token" ? (left ?? predicted).start : 0;
    return JSON.stringify({
      ...(several ? { system: systems[one.system].name } : {}),
      kind: KINDS[kind], how: how || null, gold: span(left), predicted: span(predicted),
      file: placeOf(sentence).file, line: lines[sentence] && lines[sentence] + below,
      document: data.documents?.[sentence] ?? null, unit, sentence: data.texts[sentence],
    }) + "\n";
  });
  const href = URL.createObjectURL(new Blob(written, { type: "application/x-ndjson" }));
  el("a", { href, download: "errors.jsonl" }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10000);
  say(`${many(written.length, "line")} exported`, true);
}

async function copy(words, what) {
  try {
    await navigator.clipboard.writeText(words);
  } catch {
    const box = el("textarea", { class: "unseen", "aria-label": what }, words);
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  }
  say(`${what} is copied`, true);
}

let clearing = 0;
// Say something to who listens; if `shown`, to who looks, too.
function say(words, shown = false) {
  const status = document.getElementById("status");
  status.textContent = words;
  status.className = shown ? "toast" : "unseen";
  clearTimeout(clearing);
  clearing = setTimeout(() => (status.className = "unseen"), 2000);
}

// ---- Keys

const KEYS = [
  [["j", "n", "ArrowDown"], "the next error", () => step(1)],
  [["k", "p", "ArrowUp"], "the previous error", () => step(-1)],
  [["/"], "filter by text", () => document.querySelector("[name=text]").focus()],
  [["o"], "the overview", () => go({ view: "overview" })],
  [["e"], "the errors", () => go({ view: "errors" })],
  [["?"], "these keys", showHelp],
];
let keysWork = true;

function showHelp() {
  const help = document.getElementById("help");
  const signs = { ArrowDown: "↓", ArrowUp: "↑" };
  const check = { type: "checkbox", checked: keysWork, onchange: ({ target }) => (keysWork = target.checked) };
  help.replaceChildren(el("h2", { id: "help-title" }, "Keys"),
    el("dl", { class: "keys" }, KEYS.map(([keys, what]) => el("div", {},
      el("dt", {}, keys.map((key) => el("kbd", {}, signs[key] ?? key))), el("dd", {}, what)))),
    el("label", {}, el("input", check), " Keys work"),
    el("form", { method: "dialog" }, el("button", {}, "Close")));
  help.showModal();
}

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const number = KEYS.findIndex(([keys]) => keys.includes(key));
  if (number < 0 || target.matches("input, select, textarea") || !(keysWork || key === "?")) return;
  if (number < 3 && state.view !== "errors") return;
  // Elsewhere, arrows scroll.
  if (key.startsWith("Arrow") && !target.closest("#feed")) return;
  event.preventDefault();
  KEYS[number][2]();
});

// ---- The page as a whole

function banner() {
  const link = (view, words) => el("a", { href: address({ view, e: null }, state), "aria-current": state.view === view ? "page" : null }, words);
  const extent = `${many(data.texts.length, unitOf(0) === "token" ? "sentence" : "text")}, ${many(gold.start.length, "gold span")}`;
  const choose = ({ target }) => go({ system: +target.value, change: null });
  return [
    el("div", { class: "name" }, el("h1", {}, data.title), el("p", {}, extent)),
    several ? el("label", { class: "system" }, el("span", {}, "System"), el("select", { name: "system", onchange: choose },
      systems.map(({ name }, value) => el("option", { value, selected: value === state.system }, name)))) : "",
    el("nav", { "aria-label": "Views" }, link("overview", "Overview"), link("errors", "Errors")),
  ];
}

function render() {
  const before = state;
  state = read();
  const differ = (...keys) => keys.some((key) => before[key] !== state[key]);
  const main = document.getElementById("main");
  const focused = document.activeElement?.name;
  const moved = differ("view", "system");
  document.getElementById("top").replaceChildren(...banner());
  if (moved || (state.view === "errors" && differ(...FILTERS))) {
    at = -1;
    if (state.view === "overview") main.replaceChildren(...overview().filter(Boolean));
    else {
      // Who types goes on to type in the same field.
      if (moved || focused !== "text") main.replaceChildren(...errors());
      list();
    }
    if (before.view && differ("view")) {
      window.scrollTo(0, 0);
      main.focus({ preventScroll: true });
    }
  }
  if (focused && focused !== document.activeElement?.name) document.getElementsByName(focused)[0]?.focus();
  if (state.view === "errors") point();
}

document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("main").focus();
});
// On paper nothing scrolls: the first sentences are printed.
window.addEventListener("beforeprint", () => blocks.slice(0, 10).forEach(fill));
window.addEventListener("hashchange", render);
render();
