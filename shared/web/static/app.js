/* Windows, steppers and live quotes. Without this script every one of them works as a page. */
(() => {
  "use strict";

  const QUOTE_DELAY = 150;
  const POLL_DELAY = 1500;
  const LEAVING_TIME = 5000;
  const FIRST_FIELD = "input:not([type=hidden]):not([hidden]), select, textarea";

  const parse = (html) => new DOMParser().parseFromString(html, "text/html");

  /* Windows: the page behind a link, shown as a dialog */

  let opening = false;

  async function openWindow(link) {
    if (opening) return;
    opening = true;
    const address = link.href || addressOf(link.form);
    try {
      const answer = await fetch(address, { headers: { "X-Fragment": "dialog" } });
      const dialog = answer.ok && !answer.redirected ? parse(await answer.text()).querySelector("dialog") : null;
      if (dialog) showWindow(document.importNode(dialog, true), link);
      else window.location.assign(address);
    } catch {
      window.location.assign(address);
    } finally {
      opening = false;
    }
  }

  /* What a form that asks for a window would ask for without a script. */
  function addressOf(form) {
    const asked = new URLSearchParams(new FormData(form)).toString();
    return asked ? `${form.action}?${asked}` : form.action;
  }

  /* A label finds the first element of its id, and that of the page would stand before the window's. */
  function renameShared(dialog) {
    [...dialog.querySelectorAll("[id]")].filter((part) => document.getElementById(part.id)).forEach((part) => {
      const [old, own] = [part.id, `window-${part.id}`];
      part.id = own;
      ["for", "form", "aria-labelledby", "aria-describedby", "data-chooses"].forEach((name) => {
        dialog.querySelectorAll(`[${name}~="${CSS.escape(old)}"]`).forEach((user) => {
          user.setAttribute(name, user.getAttribute(name).split(" ").map((id) => (id === old ? own : id)).join(" "));
        });
      });
    });
  }

  function showWindow(dialog, link) {
    const menu = link.closest("[popover]");
    const opener = menu ? document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`) : link;
    if (menu) menu.hidePopover();
    renameShared(dialog);
    document.body.append(dialog);
    prepare(dialog);
    dialog.addEventListener("close", () => {
      dialog.remove();
      (opener || document.body).focus();
    });
    dialog.showModal();
    const field = dialog.querySelector(FIRST_FIELD);
    if (field) field.focus();
  }

  /* Steppers: − and + beside a number of units */

  function step(button) {
    const field = button.closest("[data-stepper]").querySelector("input");
    const wanted = (Number.parseInt(field.value, 10) || 0) + Number(button.dataset.step);
    const next = String(Math.min(Math.max(wanted, Number(field.min)), Number(field.max)));
    if (next === field.value) return;
    field.value = next;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /* Entire order or items: the choice follows the quantities, and the quantities the choice */

  const quantities = (form) => [...form.querySelectorAll("[data-stepper] input")];

  function followScope(form, target) {
    const choices = [...form.querySelectorAll("[data-scope] input")];
    if (choices.includes(target)) {
      if (target.value === "entire") quantities(form).forEach((field) => { field.value = field.max; });
      return;
    }
    const items = choices.find((choice) => choice.value === "items");
    if (items && quantities(form).includes(target)) items.checked = true;
  }

  /* A link that takes along what is chosen beside it */

  function takeAlong(form, field) {
    form.querySelectorAll(`a[data-takes="${CSS.escape(field.name)}"]`).forEach((link) => {
      const address = new URL(link.href);
      address.searchParams.set(field.name, field.value);
      link.href = address.href;
    });
  }

  /* Live quote: the region Refund and the line beside the button follow each change */

  function followQuote(form) {
    let timer = 0;
    let asked = null;

    async function ask() {
      if (asked) asked.abort();
      /* A number out of bounds has no quote: the old figures stay dimmed, and a confirm says what is wrong. */
      if (quantities(form).some((field) => !field.value || !field.validity.valid)) return;
      const mine = new AbortController();
      asked = mine;
      try {
        const answer = await fetch(form.dataset.quoteUrl, {
          method: "POST",
          body: new URLSearchParams(new FormData(form)),
          headers: { "X-Fragment": "quote" },
          signal: mine.signal,
        });
        if (!answer.ok || answer.redirected) return;
        const parts = parse(await answer.text()).querySelectorAll("[data-part]");
        if (asked === mine) parts.forEach((part) => replace(form, part));
      } catch {
        /* Aborted by a newer change, or offline: the old figures stay dimmed. */
      }
    }

    form.addEventListener("input", (event) => {
      if (event.target.matches("textarea")) return;
      followScope(form, event.target);
      takeAlong(form, event.target);
      const chosen = document.getElementById(event.target.dataset.chooses || "");
      if (chosen) chosen.checked = true;
      const receipt = form.querySelector('[data-part="refund"]');
      if (receipt) receipt.setAttribute("aria-busy", "true");
      window.clearTimeout(timer);
      timer = window.setTimeout(ask, QUOTE_DELAY);
    });
  }

  function replace(form, part) {
    const old = form.querySelector(`[data-part="${CSS.escape(part.dataset.part)}"]`);
    if (!old) return;
    /* The element stays, so that a live region is heard and not made anew. */
    old.replaceChildren(...part.childNodes);
    old.removeAttribute("aria-busy");
    prepare(old);
  }

  /* Work under way: the figures follow it, and the page is shown anew when it is done */

  let leftAt = 0;

  function noteLeaving() {
    leftAt = Date.now();
  }

  /* Whoever has just followed a link is not brought back; a download leaves the page as it is. */
  function isLeft() {
    return Date.now() - leftAt < LEAVING_TIME;
  }

  function followWork(element) {
    window.setTimeout(async () => {
      try {
        const answer = await fetch(window.location.href);
        const next = answer.ok ? parse(await answer.text()).getElementById(element.id) : null;
        if (!next || next.dataset.state !== element.dataset.state || !("poll" in next.dataset)) {
          if (isLeft()) followWork(element);
          else window.location.reload();
          return;
        }
        const [old, fresh] = [element, next].map((part) => part.querySelectorAll("[aria-live], progress, [data-figure]"));
        old.forEach((part, place) => {
          if (part.matches("progress")) {
            /* Without a value nobody knows how much there is. */
            if (fresh[place].hasAttribute("value")) part.value = fresh[place].value;
          } else if (part.textContent !== fresh[place].textContent) part.textContent = fresh[place].textContent;
        });
      } catch {
        /* Offline for a moment: it is asked again. */
      }
      followWork(element);
    }, POLL_DELAY);
  }

  /* Passkeys: the browser is asked what the server wants to know, and its answer is sent with the form */

  const knowsPasskeys = "parseRequestOptionsFromJSON" in (window.PublicKeyCredential || {});

  async function askPasskey(form) {
    const trouble = form.querySelector("[data-trouble]");
    trouble.hidden = true;
    try {
      const answer = await fetch(form.dataset.question, { headers: { "X-Fragment": "passkey" } });
      if (answer.redirected) {
        window.location.assign(answer.url);
        return;
      }
      const question = await answer.json();
      const credential = form.dataset.passkey === "new"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(question) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(question) });
      form.elements.credential.value = JSON.stringify(credential.toJSON());
      form.requestSubmit();
    } catch {
      /* Refused by the person, or none there: the other ways stay. */
      trouble.hidden = false;
    }
  }

  /* What only makes sense with a script is shown by it, and the other way round */

  function prepare(root) {
    root.querySelectorAll("[data-step]").forEach((button) => { button.hidden = false; });
    /* Disabled as well, so that Enter in a field neither leaves the page nor cancels. */
    root.querySelectorAll("[data-update]").forEach((button) => { button.hidden = button.disabled = true; });
    root.querySelectorAll("form[data-quote-url]").forEach(followQuote);
    if (root.querySelector("[data-poll]")) window.addEventListener("beforeunload", noteLeaving);
    root.querySelectorAll("[data-poll]").forEach(followWork);
    root.querySelectorAll("[data-host]").forEach((element) => {
      element.hidden = !knowsPasskeys || element.dataset.host !== window.location.hostname;
    });
  }

  document.addEventListener("click", (event) => {
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    const target = event.target.closest("[data-window], [data-step], [data-close]");
    if (!target || !plain) return;
    if (target.matches("[data-step]")) step(target);
    else if (target.matches("[data-window]")) {
      event.preventDefault();
      openWindow(target);
    } else if (target.closest("dialog")) {
      event.preventDefault();
      target.closest("dialog").close();
    }
  });

  /* A canned reply goes where the cursor stands; what was typed and the pictures chosen stay. */
  function insertReply(form, field) {
    const reply = form.querySelector("option:checked").dataset.text;
    field.setRangeText(reply, field.selectionStart, field.selectionEnd, "end");
    field.focus();
  }

  /* A second press while the first is under way would only be answered with the first one's outcome. */
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.passkey && !event.target.elements.credential.value) {
      event.preventDefault();
      askPasskey(event.target);
      return;
    }
    const field = document.getElementById(event.target.dataset.inserts || "");
    if (field) {
      event.preventDefault();
      insertReply(event.target, field);
      return;
    }
    /* What goes into a frame leaves the form as it is. */
    if (event.submitter && event.submitter.formTarget) return;
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "1";
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
  });

  prepare(document);
  const summary = document.querySelector("[data-summary]");
  if (summary) summary.focus();
})();
