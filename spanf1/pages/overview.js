// The overview: figures, errors by kind, confusions, several systems, how the number was made.

function overview() {
  const system = systems[state.system];
  return [
    headline(system), meaning(system), several ? ranking() : null, types(system),
    el("div", { class: "pair" }, kinds(system), whatIf(system)), confusion(system),
    ...system.slices.map(sliced(system)), made(system),
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
      card(`${system.f}, micro`, 4, 2), card("Precision", 2, 0), card("Recall", 3, 1)),
    micro[5] || micro[6] ? null
      : el("p", {}, "There is nothing in gold, and nothing is predicted: this is a score of nothing."));
}

function meaning({ advice }) {
  return advice.length
    ? section("meaning", "What it means", null, el("ul", {}, advice.map((text) => el("li", {}, text))))
    : null;
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

const sliced = (system) => (slices, index) => {
  const rows = slices.scores.map((score) => {
    const [name, precision, recall, f, left, predicted, correct, low, high, difference, p] = score;
    return [
      toErrors({ slice: sliceKey(slices, name) }, name),
      bar(`${system.f} ${percent(f)}`, f, low, high),
      el("td", {}, percent(f), range(low, high)),
      percent(precision), percent(recall), ...[left, predicted, correct].map(count),
      signed(difference), chance(p),
    ];
  });
  const head = ["", "", system.f, "Precision", "Recall", "Gold", "Predicted", "Correct",
    "from others", "p, corrected"];
  return section(`slices-${index}`, `By ${slices.by}`,
    `${slices.text[0].toUpperCase()}${slices.text.slice(1)}. The name of a slice opens its errors.`,
    table(`Scores by ${slices.by}`, head, rows, "types"));
};

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
    "Rows are types of gold, columns what is predicted for them. The shade is the share of the row. "
      + "A cell opens its spans.",
    table("Types of gold, and what is predicted for them",
      ["gold", ...data.types.map(typeName), "missed"], body, "matrix"));
}

function made(system) {
  const facts = system.made.filter(([heading]) => heading !== "signature");
  facts.push(...data.remarks.map((words) => ["page", words]));
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
  const told = same ? `Not told apart from ${reference}: ${same}` : `All can be told apart from ${reference}`;
  const words = `${told}. `
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
