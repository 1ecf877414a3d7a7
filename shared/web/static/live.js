/* Open pages follow what changes, but never under somebody's cursor: then a quiet bar offers it. */
(() => {
  "use strict";

  const PAUSE = 5000;
  const LIVE = { headers: { "X-Fragment": "live" } };
  const main = document.querySelector("main[data-live]");
  if (!main) return;

  const bar = document.querySelector("[data-live-bar]");
  const said = document.querySelector("[data-live-said]");
  const known = new Set();
  const pending = new Set();
  let address = main.dataset.live;
  let asking = false;

  const part = (root, name) => root.querySelector(`[data-live-part="${name}"]`);
  const rowsOf = (root) => [...root.querySelectorAll("[data-row]")];
  const open = () => document.querySelector("dialog[open], main :popover-open");

  /* Somebody is at it: it has the focus or the pointer, or holds what was ticked or typed. */
  function isBusy(element) {
    const field = (input) => (input.matches("[type=checkbox], [type=radio]")
      ? input.checked !== input.defaultChecked
      : "defaultValue" in input && input.type !== "hidden" && input.value !== input.defaultValue);
    return element.contains(document.activeElement) || element.matches(":hover")
      || [...element.querySelectorAll("input, textarea")].some(field) || Boolean(open());
  }

  /* Rows that only look otherwise are replaced where they stand; names those that were left alone. */
  function followRows(old, next) {
    const before = rowsOf(old);
    const after = rowsOf(next);
    const names = (rows) => rows.map((row) => row.dataset.row);
    const fresh = new Map(after.map((row) => [row.dataset.row, row]));
    const differs = (row) => fresh.get(row.dataset.row)?.dataset.state !== row.dataset.state;
    const moved = names(after).filter((name) => !names(before).includes(name))
      .concat(names(before).filter((name) => !fresh.has(name)));
    if (moved.length || names(before).join() !== names(after).join()) {
      if (!isBusy(old)) return swap(old, next);
      return new Set([...moved, ...before.filter(differs).map((row) => row.dataset.row)]);
    }
    const left = new Set();
    before.filter(differs).forEach((row) => {
      if (isBusy(row)) left.add(row.dataset.row);
      else row.replaceWith(document.importNode(fresh.get(row.dataset.row), true));
    });
    return left;
  }

  function swap(old, next) {
    const ticked = [...old.querySelectorAll("input:checked[name]")].map((box) => [box.name, box.value]);
    old.replaceChildren(...document.importNode(next, true).childNodes);
    old.querySelectorAll("input[type=checkbox][name]").forEach((box) => {
      if (!ticked.some(([name, value]) => box.name === name && box.value === value)) return;
      box.checked = true;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    });
    return new Set();
  }

  async function fetchPage() {
    const answer = await fetch(window.location.href, LIVE);
    return answer.ok && !answer.redirected ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  }

  async function follow(news) {
    const next = await fetchPage();
    if (!next) return;
    [...main.querySelectorAll("[data-live-part]")].forEach((old) => {
      const name = old.dataset.livePart;
      const fresh = part(next, name);
      if (!fresh) return;
      if (name === "rows") offer(followRows(old, fresh));
      else if (name === "page") offer(isBusy(old) ? new Set([...pending, ...news]) : swap(old, fresh));
      else if (!old.contains(document.activeElement)) swap(old, fresh);
    });
  }

  function offer(left) {
    pending.clear();
    left.forEach((name) => pending.add(name));
    const button = bar.querySelector("button");
    button.textContent = (pending.size === 1 ? bar.dataset.one : bar.dataset.many).replace("{}", pending.size);
    if (pending.size && bar.hidden) said.textContent = said.dataset.words;
    if (!pending.size) said.textContent = "";
    bar.hidden = !pending.size;
  }

  bar.querySelector("button").addEventListener("click", async () => {
    const next = await fetchPage();
    if (!next) return window.location.reload();
    main.querySelectorAll("[data-live-part]").forEach((old) => {
      const fresh = part(next, old.dataset.livePart);
      if (fresh) swap(old, fresh);
    });
    offer(new Set());
    main.focus();
  });

  function countWaiting([address, words]) {
    const link = document.querySelector(`#main-nav a[href="${CSS.escape(address)}"]`);
    if (!link) return;
    const count = link.querySelector(".count") || document.createElement("span");
    count.className = "count";
    count.setAttribute("aria-hidden", "true");
    count.textContent = words;
    if (words) link.append(count);
    else count.remove();
  }

  /* On a page about one order, or one case, only its own changes count. */
  const concerns = (change) => !main.querySelector("[data-live-about]")
    || main.querySelector("[data-live-about]").dataset.liveAbout === change.about;

  async function ask() {
    if (asking || document.visibilityState !== "visible") return;
    asking = true;
    try {
      const answer = await fetch(address, LIVE);
      if (answer.redirected || !answer.ok) return;
      const found = await answer.json();
      const news = found.changes.filter((change) => !known.has(change.id));
      news.forEach((change) => known.add(change.id));
      if (!news.length) return;
      address = address.replace(/[^/]*$/, news[news.length - 1].id);
      Object.entries(found.waiting).forEach(countWaiting);
      const mine = news.filter(concerns);
      if (mine.length && main.querySelector("[data-live-part]")) await follow(mine.map((change) => change.id));
    } catch {
      /* Offline for a moment: it is asked again. */
    } finally {
      asking = false;
    }
  }

  window.setInterval(ask, PAUSE);
  document.addEventListener("visibilitychange", ask);
})();
