/* Long lists: the place is kept when a row was answered, and what is ticked is counted in sight. */
(() => {
  "use strict";

  const PLACE = "rescind-place";
  const PLACE_KEPT = 60000;
  const rows = () => [...document.querySelectorAll("[data-row]")];
  let openedFrom = null;

  function keepPlace(row) {
    const place = { path: window.location.pathname, name: row.dataset.row, ordinal: rows().indexOf(row), at: Date.now() };
    window.sessionStorage.setItem(PLACE, JSON.stringify(place));
  }

  function returnTo(place) {
    const all = rows();
    const row = all.find((each) => each.dataset.row === place.name) || all[Math.min(place.ordinal, all.length - 1)];
    if (!row) return;
    row.tabIndex = -1;
    row.focus();
    row.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-window]");
    if (opener) openedFrom = opener.closest("[data-row]");
  }, true);
  document.addEventListener("submit", (event) => {
    const row = event.target.closest("dialog") ? openedFrom : event.target.closest("[data-row]");
    if (row && event.target.method === "post") keepPlace(row);
  });

  /* A refusal is read first: then the page stays at its top. */
  const kept = JSON.parse(window.sessionStorage.getItem(PLACE) || "null");
  if (kept && kept.path === window.location.pathname) {
    window.sessionStorage.removeItem(PLACE);
    /* Who comes back later has gone on with something else. */
    if (Date.now() - kept.at < PLACE_KEPT && !document.querySelector("main [role=alert]")) returnTo(kept);
  }

  /* What is ticked far down is counted in a bar that stays in sight, with what can be done about it. */
  function countTicked(bar) {
    const words = bar.querySelector("[data-ticked]");
    const ticked = [...bar.elements].filter((field) => field.type === "checkbox" && field.checked).length;
    words.dataset.none = words.dataset.none || words.textContent;
    words.textContent = ticked ? words.dataset[ticked === 1 ? "one" : "many"].replace("{}", ticked) : words.dataset.none;
    /* The list must not jump up under the finger. */
    if (ticked && !bar.classList.contains("floats")) bar.parentElement.style.minHeight = `${bar.offsetHeight}px`;
    bar.classList.toggle("floats", ticked > 0);
  }

  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-row]") && event.target.form;
    if (form && form.querySelector("[data-ticked]")) countTicked(form);
  });
})();

/* The console's keys. Everything they do can be done without them, and they can be switched off. */
(() => {
  "use strict";

  const KEYS_OFF = "rescind-keys-off";
  const help = document.getElementById("keys");
  if (!help) return;

  const rows = () => [...document.querySelectorAll("table[data-keys] [data-row]")];
  const isTyping = (element) =>
    element.matches("textarea, select, input:not([type=checkbox]):not([type=radio])") || element.isContentEditable;
  const isOn = () => window.localStorage.getItem(KEYS_OFF) === null;

  function focusRow(place) {
    const all = rows();
    const row = all[Math.min(Math.max(place, 0), all.length - 1)];
    if (!row) return;
    row.focus();
    row.scrollIntoView({ block: "nearest" });
  }

  /* The button of a row by its place: the answers stand in the order Accept, Decline. */
  function press(row, place) {
    const button = row.querySelectorAll("form button[type=submit]")[place];
    if (button) button.click();
  }

  function tick(row) {
    const box = row.querySelector("input[type=checkbox]");
    if (box) box.click();
  }

  const OF_ROW = { a: (row) => press(row, 0), d: (row) => press(row, 1), x: tick };
  const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat && event.key in OF_ROW) return;
    if (!isOn() || isTyping(event.target) || document.querySelector("dialog[open], :popover-open")) return;
    const row = event.target.closest("[data-row]");
    const isArrow = event.key.startsWith("Arrow");
    if (event.key in STEPS && (row || !isArrow)) focusRow(row ? rows().indexOf(row) + STEPS[event.key] : 0);
    else if (event.key in OF_ROW && row) OF_ROW[event.key](row);
    else if (event.key === "?") help.showModal();
    else return;
    event.preventDefault();
  });

  const opener = document.querySelector("[data-keys-help]");
  opener.hidden = false;
  opener.addEventListener("click", () => help.showModal());
  const choice = help.querySelector("[data-keys-switch]");
  choice.checked = isOn();
  choice.addEventListener("change", () => {
    if (choice.checked) window.localStorage.removeItem(KEYS_OFF);
    else window.localStorage.setItem(KEYS_OFF, "1");
  });
})();
