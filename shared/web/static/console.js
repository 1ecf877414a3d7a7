/* The console's keys. Everything they do can be done without them, and they can be switched off. */
(() => {
  "use strict";

  const KEYS_OFF = "rescind-keys-off";
  const PLACE = "rescind-inbox-place";
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
    window.sessionStorage.setItem(PLACE, String(rows().indexOf(row)));
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

  /* After an answer the inbox is shown anew: go on where it was given. */
  const place = window.sessionStorage.getItem(PLACE);
  window.sessionStorage.removeItem(PLACE);
  if (place !== null) focusRow(Number(place));
})();
