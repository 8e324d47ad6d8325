// The browser of errors: which are chosen, each in its sentence, one after the other, exported.

let entries = [], groups = [], blocks = [], at = -1;

function chosen() {
  const { system, kind, how, type, gold: left, pred, slice, text } = state;
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
    if (slice && !inSlice(row)) return false;
    return !words || (data.texts[rows.sentence[row]] ?? "").toLowerCase().includes(words);
  };
  // What is new is in the best system, and not in this one.
  const from = change === "new" ? BEST : system;
  const { rows } = systems[from];
  const inSlice = sliceOf(from, slice);
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
  const { slices } = systems[state.system];
  const typed = data.types.map((name, index) => [typeKey(index), typeName(name)]);
  const clear = Object.fromEntries(FILTERS.map((key) => [key, null]));
  const text = el("input", { type: "search", name: "text", value: state.text ?? "", autocomplete: "off",
    oninput: ({ target }) => go({ text: target.value }) });
  const form = { class: "filters", role: "search", "aria-label": "Filter errors" };
  return el("form", { ...form, onsubmit: (event) => event.preventDefault() },
    select("kind", "Kind", [["", "all errors"], ...KINDS.slice(1), "correct", ["all", "errors and correct"]]),
    select("how", "Boundary", [any, ...HOWS.slice(1)]),
    select("type", "Type", [any, ...typed]),
    select("gold", "Gold type", [any, ...typed, ["-", "none: spurious"]]),
    select("pred", "Predicted type", [any, ...typed, ["-", "none: missed"]]),
    slices.length ? select("slice", "Slice", [any, ...slices.flatMap((one) =>
      one.scores.map(([name]) => [sliceKey(one, name), `${one.by}: ${name}`]))]) : null,
    systems[state.system].change ? select("change", `In ${systems[BEST].name}`, [any, ...CHANGES]) : null,
    el("label", { class: "long" }, el("span", {}, "Text"), text),
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
    const texts = groups.slice(first, first + BLOCK).map(([one]) => data.texts[one.sentence] ?? "");
    const block = el("div");
    // About as high as it will be.
    block.style.height = `${130 * texts.length + texts.join("").length / 3}px`;
    blocks.push(Object.assign(block, { first }));
  }
  document.getElementById("feed").replaceChildren(...blocks);
  blocks.forEach((block) => near.observe(block));
  const noun = state.kind === "correct" || state.kind === "all" || state.change ? "span" : "error";
  const words = groups.length
    ? `${many(entries.length, noun)} in ${many(groups.length, NOUN)}`
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
    const link = { href: address({ e: reference(one) }, state), class: "entry", "aria-current": here };
    return el("li", {}, el("a", link,
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
      const apart = (other) => other.end <= span.start || span.end <= other.start;
      const free = lanes.find((others) => others.every(apart));
      (free ?? lanes[lanes.push([]) - 1]).push(span);
    }
    for (const [lane, others] of lanes.entries()) {
      bars.push(...others.map((span) => ({ ...span, side, lane: heights[side] + lane })));
    }
    heights[side] += Math.max(1, lanes.length);
  };
  for (const system of shown) {
    const { first } = systems[system].rows;
    const rows = [];
    for (let row = first[sentence]; row < first[sentence + 1]; row++) rows.push(entryOf({ system, row }, units));
    const marked = (side) => rows.filter((entry) => entry[side]).map((entry) => {
      const names = [`k${entry.kind}`, !listed.has(`${system} ${entry.row}`) && "pale",
        current?.system === system && current.row === entry.row && "here"];
      const head = shown.length > 1 && side === "predicted" ? `${shortened(systems[system].name)} ` : "";
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
      !bar.parts.some(([from, to]) => from <= start && end <= to) && "between"];
    const label = begins ? el("span", { class: "label" }, el("bdi", { dir: "ltr" }, bar.label)) : null;
    const lane = el("span", { class: names, "aria-hidden": "true" }, label);
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
