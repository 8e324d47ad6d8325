// The page: which files, which command; Python is in a worker, so that the page answers meanwhile.
const BASE = new URL(".", location).href;
const $ = (id) => document.getElementById(id);

/** What was chosen: a file, or a folder with the paths of its files within.
 * @type {{name: string, files: [string, File][]}[]} */
let chosen = [];
/** Files that commands wrote, by name, with their items in the list. */
const written = new Map();
let offered = { tasks: {}, options: {} };
let worker;
let running = false;
/** The command that was made last: what stands before the names of the files, and these. */
let composed = ["", ""];

function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

function begin() {
  // A worker that is made of a blob is held to the policy of this page; one of an address is not.
  const source = `const BASE = ${JSON.stringify(BASE)}; importScripts(BASE + "worker.js");`;
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  say("Python is being loaded.");
  worker = new Worker(address);
  worker.onmessage = ({ data }) => heard(data);
  worker.onerror = (event) => heard({ failed: event.message || "a part of the page was not loaded" });
  hand();
}

function hand() {
  const files = chosen.flatMap(({ name, files }) => files.map(([path, file]) => ({ name: name + path, file })));
  worker.postMessage({ files });
}

function heard({ ready, out, err, code, made, failed }) {
  if (ready) {
    if (!Object.keys(offered.tasks).length) offer(ready);
    say("Ready.");
    $("run").disabled = false;
  }
  if (out) write(out, "");
  if (err) write(err, err.startsWith("error") ? "wrong" : "said");
  if (code !== undefined) {
    ended();
    say(`Done, exit code ${code}.`);
    $("run").disabled = false;
    for (const [name, bytes] of made) list(name, bytes);
  }
  if (failed !== undefined) {
    // Python may be in any state, and what it said before is not the whole.
    worker.terminate();
    if (running) {
      $("out").replaceChildren();
      write(`error: Python ended: ${failed}\nhint: it was started anew; a smaller file may do\n`, "wrong");
      ended();
      begin();
    } else {
      say(`Python could not be loaded: ${failed}. Load the page again to try again.`);
    }
  }
}

function say(text) {
  $("status").textContent = text;
}

function ended() {
  running = false;
  $("stop").hidden = true;
}

function write(text, name) {
  const last = $("out").lastChild;
  if (last && last.className === name) last.append(text);
  else $("out").append(make("span", name ? { className: name } : {}, text));
}

function list(name, bytes) {
  const html = /\.html?$/i.test(name);
  const blob = new Blob([bytes], { type: html ? "text/html" : "application/octet-stream" });
  const href = URL.createObjectURL(blob);
  const item = make("li", {}, make("a", { href, download: name }, `Save ${name}`), ` ${size(bytes.length)}`);
  if (html) item.append(", ", make("a", { href, target: "_blank", rel: "noopener" }, `open ${name}`));
  const before = written.get(name);
  if (before) URL.revokeObjectURL(before.querySelector("a").href);
  before?.remove();
  written.set(name, item);
  $("made").append(item);
}

function size(bytes) {
  const [unit, by] = bytes < 1e6 ? ["KB", 1e3] : ["MB", 1e6];
  return `${(bytes / by).toFixed(1)} ${unit}`;
}

// Which files.

/** Add a file, whose path is empty, or the files of a folder. */
function add(name, files) {
  // Two folders may each have a test.conll; and what commands wrote has a name, too.
  const taken = [...chosen.map((one) => one.name), ...[...written.keys()].map((path) => path.split("/")[0])];
  chosen.push({ name: unlike(name, taken), files });
}

function unlike(name, taken) {
  const [, stem, end] = name.match(/^(.*?)(\.[^.].*)?$/s);
  let other = name;
  for (let n = 2; taken.includes(other); n += 1) other = `${stem}-${n}${end ?? ""}`;
  return other;
}

/** Show what was chosen, with the focus at the item whose button was pressed. */
function changed(focus) {
  $("files").replaceChildren(
    ...chosen.map((one, place) => {
      const bytes = size(one.files.reduce((sum, [, file]) => sum + file.size, 0));
      const said = [bytes, ...(place || chosen.length < 2 ? [] : ["gold"])];
      if (one.files[0][0]) said.unshift(one.files.length === 1 ? "1 file" : `${one.files.length} files`);
      const item = make("li", {}, make("bdi", {}, one.name), " ", make("small", {}, said.join(", ")), " ");
      const leave = () => {
        chosen = chosen.filter((other) => other !== one);
        changed(Math.min(place, chosen.length - 1));
      };
      const first = () => {
        chosen = [one, ...chosen.filter((other) => other !== one)];
        changed(0);
      };
      if (place) item.append(make("button", { onclick: first, ariaLabel: `Make ${one.name} gold` }, "Make gold"), " ");
      item.append(make("button", { onclick: leave, ariaLabel: `Leave out ${one.name}` }, "Leave out"));
      return item;
    }),
  );
  if (focus !== undefined) ($("files").children[focus]?.querySelector("button:last-child") ?? $("choose")).focus();
  hand();
  compose();
}

/** The files of a folder that was dropped, with their paths within it. */
async function within(entry, path = "") {
  const ask = (object, method) => new Promise((done, failed) => object[method](done, failed));
  if (entry.isFile) return [[path, await ask(entry, "file")]];
  const reader = entry.createReader();
  const found = [];
  // It gives some at a time, and none at the end.
  for (let some; (some = await ask(reader, "readEntries")).length; )
    for (const one of some) found.push(...(await within(one, `${path}/${one.name}`)));
  return found;
}

// Which command.

function offer(ready) {
  offered = ready;
  const chooser = (label, values, onchange) =>
    make("label", {}, label, make("select", { id: `choice-${label}`, onchange }, ...values.map((value) => make("option", {}, value))));
  $("choices").replaceChildren(
    chooser("What", Object.keys(offered.tasks), () => compose(false)),
    ...Object.entries(offered.options).map(([label, [, values]]) => chooser(label, values, compose)),
  );
  // What was typed meanwhile stays.
  const { value, defaultValue } = $("line");
  compose(false);
  if (value !== defaultValue) $("line").value = value.includes(composed[1]) ? value : value.trimEnd() + composed[1];
}

/** Make the command of the choices; in one that was edited, only what has changed is put in place. */
function compose(edited = true) {
  if (!Object.keys(offered.tasks).length) return;
  const [command, labels] = offered.tasks[$("choice-What").value];
  const page = unlike("report.html", chosen.map(({ name }) => name));
  const words = ["spanf1", command.replace("report.html", quoted(page))];
  for (const [label, [option, values]] of Object.entries(offered.options)) {
    const select = $(`choice-${label}`);
    select.disabled = !labels[label];
    if (labels[label]) {
      for (const one of select.options) one.disabled = !labels[label].includes(one.value);
      if (select.selectedOptions[0].disabled) select.value = values[0];
    }
    if (!select.disabled && select.value !== values[0]) words.push(option, select.value);
  }
  const names = chosen.map(({ name }) => quoted(name.startsWith("-") ? `./${name}` : name));
  const line = $("line").value;
  const [before, after] = [composed, [words.join(" "), names.map((name) => ` ${name}`).join("")]];
  composed = after;
  if (!edited || line === before.join("")) {
    $("line").value = after.join("");
    return;
  }
  let changed = line;
  if (before[0] !== after[0]) {
    if (!`${line} `.startsWith(`${before[0]} `)) {
      $("line").value = after.join("");
      return;
    }
    changed = after[0] + line.slice(before[0].length);
  }
  // A command that names other files keeps them.
  const place = before[1] ? `${changed} `.indexOf(`${before[1]} `) : changed.trimEnd().length;
  if (place >= 0) changed = changed.slice(0, place) + after[1] + changed.slice(place + before[1].length);
  $("line").value = changed;
}

/** As shells, and Python's shlex, read it. */
function quoted(name) {
  return /^[\w.,:/@%+=-]+$/.test(name) ? name : `'${name.replaceAll("'", `'"'"'`)}'`;
}

function run(event) {
  event?.preventDefault();
  if ($("run").disabled) return;
  running = true;
  $("run").disabled = true;
  $("stop").hidden = false;
  $("result").hidden = false;
  $("out").replaceChildren();
  say("Running.");
  worker.postMessage({ line: $("line").value, columns: columns() });
}

/** How many signs of a line there is room for. */
function columns() {
  const probe = make("span", {}, "0".repeat(100));
  $("out").append(probe);
  const style = getComputedStyle($("out"));
  const room = $("out").clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  const found = Math.floor((room / probe.getBoundingClientRect().width) * 100);
  probe.remove();
  return Math.max(40, Math.min(100, found));
}

function stop() {
  worker.terminate();
  write("stopped\n", "said");
  ended();
  begin();
}

$("choose").onchange = ({ target }) => {
  for (const file of target.files) add(file.name, [["", file]]);
  target.value = "";
  changed();
};
$("folder").onchange = ({ target }) => {
  const paths = [...target.files].map((file) => [file.webkitRelativePath, file]);
  target.value = "";
  if (!paths.length) return say("There is no file in this folder.");
  const [name] = paths[0][0].split("/");
  add(name, paths.map(([path, file]) => [path.slice(name.length), file]));
  changed();
};
$("sample").onclick = async () => {
  try {
    const response = await fetch("packages/sample.conll");
    add("sample.conll", [["", await response.blob()]]);
    changed();
  } catch {
    say("The sample could not be loaded.");
  }
};
$("form").onsubmit = run;
$("stop").onclick = stop;
$("line").onkeydown = (event) => {
  // Enter also ends what is composed, as in Japanese.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) run(event);
};
document.ondragover = (event) => {
  event.preventDefault();
  document.body.classList.add("over");
};
document.ondragleave = ({ relatedTarget }) => {
  if (!relatedTarget) document.body.classList.remove("over");
};
document.ondrop = async (event) => {
  event.preventDefault();
  document.body.classList.remove("over");
  // They are there while this event lasts, so all of them are asked for first.
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
  for (const entry of entries) {
    try {
      const files = await within(entry);
      if (files.length) add(entry.name, files);
      else say(`There is no file in ${entry.name}.`);
    } catch (error) {
      say(`${entry.name} cannot be read: ${error.message}`);
    }
  }
  changed();
};

begin();
