// The page as a whole: its head, its keys, and what follows from a new address.

// ---- Keys

const KEYS = [
  [["j", "n", "ArrowDown"], "the next error", () => step(1)],
  [["k", "p", "ArrowUp"], "the previous error", () => step(-1)],
  [["/"], "filter by text", () => document.querySelector("[name=text]").focus()],
  [["o"], "the overview", () => go({ view: "overview" })],
  [["e"], "the errors", () => go({ view: "errors" })],
  [["?"], "these keys", showHelp],
];
let keysWork = true, pressed = 0;

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
  // Browsers refuse to change the address more often, if a key is held down.
  if (event.repeat && event.timeStamp - pressed < 80) return;
  pressed = event.timeStamp;
  KEYS[number][2]();
});

// ---- The page as a whole

function banner() {
  const link = (view, words) => {
    const here = state.view === view ? "page" : null;
    return el("a", { href: address({ view, e: null }, state), "aria-current": here }, words);
  };
  const extent = `${many(data.texts.length, NOUN)}, ${many(gold.start.length, "gold span")}`;
  const choose = ({ target }) => go({ system: +target.value, change: null });
  return [
    el("div", { class: "name" }, el("h1", {}, data.title), el("p", {}, extent)),
    several ? el("label", { class: "system" }, el("span", {}, "System"),
      el("select", { name: "system", onchange: choose }, systems.map(({ name }, value) =>
        el("option", { value, selected: value === state.system }, name)))) : "",
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
