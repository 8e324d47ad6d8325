// The page: which files, which command; Python is in a worker, so that the page answers meanwhile.
const BASE = new URL(".", location).href;
const $ = (id) => document.getElementById(id);

/** @type {{name: string, file: File}[]} */
let files = [];
let offered = { tasks: {}, options: {} };
let worker;
let running = false;

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
      say(`Python could not be loaded: ${failed}`);
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
  $("made").append(item);
}

function size(bytes) {
  const [unit, by] = bytes < 1e6 ? ["KB", 1e3] : ["MB", 1e6];
  return `${(bytes / by).toFixed(1)} ${unit}`;
}

// Which files.

function add(more) {
  for (const file of more) {
    // Two folders may each have a test.conll.
    let name = file.name;
    const [, stem, end] = name.match(/^(.*?)(\.[^.].*)?$/s);
    for (let n = 2; files.some((one) => one.name === name); n += 1) name = `${stem}-${n}${end ?? ""}`;
    files.push({ name, file });
  }
  changed();
}

function changed() {
  $("files").replaceChildren(
    ...files.map((one, place) => {
      const item = make("li", {}, `${one.name} `, make("small", {}, `${size(one.file.size)}${place || files.length < 2 ? "" : ", gold"} `));
      const leave = () => {
        files = files.filter((other) => other !== one);
        changed();
      };
      const first = () => {
        files = [one, ...files.filter((other) => other !== one)];
        changed();
      };
      if (place) item.append(make("button", { onclick: first, ariaLabel: `Make ${one.name} gold` }, "Make gold"), " ");
      item.append(make("button", { onclick: leave, ariaLabel: `Leave out ${one.name}` }, "Leave out"));
      return item;
    }),
  );
  worker.postMessage({ files });
  compose();
}

// Which command.

function offer(ready) {
  offered = ready;
  const chooser = (label, values, onchange) =>
    make("label", {}, label, make("select", { id: `choice-${label}`, onchange }, ...values.map((value) => make("option", {}, value))));
  $("choices").replaceChildren(
    chooser("What", Object.keys(offered.tasks), compose),
    ...Object.entries(offered.options).map(([label, [, values]]) => chooser(label, values, compose)),
  );
  compose();
}

function compose() {
  if (!Object.keys(offered.tasks).length) return;
  const [command, labels] = offered.tasks[$("choice-What").value];
  const words = ["spanf1", command];
  for (const [label, [option, values]] of Object.entries(offered.options)) {
    const select = $(`choice-${label}`);
    select.disabled = !labels.includes(label);
    if (!select.disabled && select.value !== values[0]) words.push(option, select.value);
  }
  const names = files.map(({ name }) => (name.startsWith("-") ? `./${name}` : name));
  $("line").value = [...words, ...names.map(quoted)].join(" ");
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
  $("made").replaceChildren();
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
  add(target.files);
  target.value = "";
};
$("sample").onclick = async () => {
  try {
    const response = await fetch("packages/sample.conll");
    add([new File([await response.blob()], "sample.conll")]);
  } catch {
    say("The sample could not be loaded.");
  }
};
$("form").onsubmit = run;
$("stop").onclick = stop;
$("line").onkeydown = (event) => {
  if (event.key === "Enter" && !event.shiftKey) run(event);
};
document.ondragover = (event) => {
  event.preventDefault();
  document.body.classList.add("over");
};
document.ondragleave = ({ relatedTarget }) => {
  if (!relatedTarget) document.body.classList.remove("over");
};
document.ondrop = (event) => {
  event.preventDefault();
  document.body.classList.remove("over");
  add(event.dataTransfer.files);
};

begin();
