// Makes pages nicer where JavaScript runs; nothing here is needed for anything to work.

/** Copy buttons appear only where copying works. */
function offerCopying() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy]")) {
    const label = button.innerHTML;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = button.dataset.copied;
      setTimeout(() => { button.innerHTML = label; }, 2000);
    });
  }
}

/** A button for paper, where there is a browser that prints. */
function offerPrinting() {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
}

/** The colours change at once, without loading the page again. */
function switchThemes() {
  const form = document.querySelector("[data-themes]");
  if (!form) return;
  form.addEventListener("submit", (event) => {
    const chosen = event.submitter?.value;
    if (!chosen) return;
    event.preventDefault();
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${chosen}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
    if (chosen === "auto") delete document.documentElement.dataset.bsTheme;
    else document.documentElement.dataset.bsTheme = chosen;
    for (const button of form.elements) {
      if (button.name === "theme") button.setAttribute("aria-pressed", String(button.value === chosen));
    }
  });
}

/** Says under the transfer form what it will mean, as the ledger foresees it, while one types. */
function previewTransfers() {
  const form = document.querySelector("form[data-preview]");
  if (!form) return;
  const output = form.querySelector("[data-preview-text]");
  const atRest = output.innerHTML;
  let waiting, asked;
  const ask = async () => {
    asked = new AbortController();
    const { signal } = asked;
    let seen = "";
    try {
      const answer = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form), signal });
      // A login that has ended leads to another page: nothing of that belongs here.
      if (answer.ok && !answer.redirected) seen = await answer.text();
    } catch { /* Away, or overtaken: nothing is promised then. */ }
    if (signal.aborted) return;
    output.innerHTML = seen.trim() || atRest;
    output.setAttribute("aria-busy", "false");
  };
  const soon = () => {
    clearTimeout(waiting);
    asked?.abort();
    if (!form.elements.amount.value.trim()) { output.innerHTML = atRest; output.setAttribute("aria-busy", "false"); return; }
    output.setAttribute("aria-busy", "true");
    waiting = setTimeout(ask, 300);
  };
  form.addEventListener("input", soon);
  soon();
}

/** A second click on a sending button does nothing; the hidden key would make it harmless anyway. */
function sendOnce() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });
}

/** Offers words while one types in a search; whoever picks none has lost nothing. */
function suggestWords() {
  for (const field of document.querySelectorAll("input[data-suggests]")) {
    const list = document.getElementById(field.getAttribute("list"));
    let waiting, asked;
    field.addEventListener("input", () => {
      clearTimeout(waiting);
      const text = field.value.trim();
      if (text.length < 2 || text.length > 100) return;
      waiting = setTimeout(async () => {
        asked?.abort();
        asked = new AbortController();
        try {
          const address = `${field.dataset.suggestionsUrl}?text=${encodeURIComponent(text)}`;
          const answer = await fetch(address, { signal: asked.signal });
          if (!answer.ok) return;
          const { data } = await answer.json();
          const words = field.dataset.suggests.split(" ").flatMap((kind) => data[kind]);
          const shown = [...new Set(words.map((word) => word.name ?? word))].slice(0, 12);
          list.replaceChildren(...shown.map((word) => new Option(word, word)));
        } catch { /* Away, or overtaken by the next letter: then there are none. */ }
      }, 150);
    });
  }
}

/** While one looks at a page, what waits, what is unread and the balance are renewed; nobody asks for a hidden page. */
function stayLive() {
  const { liveAt, pending, unread } = document.body.dataset;
  if (!liveAt) return;
  const [soon, quiet, late] = [20_000, 120_000, 300_000];
  const places = [...document.querySelectorAll("[data-live]")];
  const address = places.some((place) => place.dataset.live === "balance") ? `${liveAt}&balance=` : liveAt;
  let known = { pending: Number(pending), unread: Number(unread) };
  for (const { dataset } of places) if (dataset.version) known.version = Number(dataset.version);
  let [tag, pause, asked, over, timer] = ["", soon, Date.now(), false, 0];

  const show = (now) => {
    for (const place of places) {
      const text = now.shown[place.dataset.live];
      if (text !== undefined && text !== place.innerHTML.trim()) place.innerHTML = text;
    }
    if (now.pending > known.pending || now.unread > known.unread) {
      document.querySelector("[data-live-said]").textContent = now.said;
    }
    const changed = ["pending", "version"].some((name) => name in known && name in now && now[name] !== known[name]);
    if (changed) for (const older of document.querySelectorAll("[data-live-older]")) older.hidden = false;
    known = { ...known, ...now };
  };
  const ask = async () => {
    asked = Date.now();
    try {
      const answer = await fetch(address, { headers: tag ? { "If-None-Match": tag } : {}, redirect: "manual" });
      if (answer.status === 200) {
        tag = answer.headers.get("ETag");
        show(await answer.json());
        pause = soon;
      } else if (answer.status === 304) pause = Math.min(pause * 1.5, quiet);
      else if (answer.status === 429 || answer.status >= 500) pause = Math.min(pause * 2, late);
      // Logged out, or another business is acted for by now: the page stays what it was made for.
      else over = true;
    } catch { pause = Math.min(pause * 2, late); }
    plan();
  };
  const plan = () => {
    clearTimeout(timer);
    if (!document.hidden && !over) timer = setTimeout(ask, Math.max(0, asked + pause - Date.now()));
  };
  document.addEventListener("visibilitychange", () => {
    pause = soon;
    plan();
  });
  plan();
}

/** The page that says that there is no network is kept, once this one is there. */
function keepOfflinePage() {
  if ("serviceWorker" in navigator) addEventListener("load", () => { navigator.serviceWorker.register("/sw.js").catch(() => {}); });
}

/** Times are those of where the browser is, unless somebody chose a zone: from the next page on. */
function tellZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || /(?:^|; )zone=/.test(document.cookie)) return;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
}

/** In a list of work keys move, open and tick. Only while it has the focus: nobody meets them by chance. */
function workByKeys() {
  const rows = [...document.querySelectorAll(".work-row")];
  if (!rows.length) return;
  for (const hint of document.querySelectorAll("[data-work-hint]")) hint.hidden = false;
  const open = (row, key) => {
    const place = row.querySelector(`[data-work="${key}"]`);
    if (!place) return;
    if (place.tagName === "DETAILS") place.open = true;
    place.querySelector("input:not([type=hidden]), button")?.focus();
  };
  document.addEventListener("keydown", (event) => {
    const at = rows.findIndex((row) => row.contains(event.target));
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = rows[at];
    const deeds = {
      j: () => rows[at + 1]?.focus(),
      k: () => rows[at - 1]?.focus(),
      a: () => open(row, "a"),
      d: () => open(row, "d"),
      x: () => row.querySelector("input[name=entity]")?.click(),
      Escape: () => { for (const each of row.querySelectorAll("details")) each.open = false; row.focus(); },
    };
    const types = event.target.matches("input:not([type=checkbox]), textarea, select");
    if (!Object.hasOwn(deeds, event.key) || (types && event.key !== "Escape")) return;
    event.preventDefault();
    deeds[event.key]();
  });
}

/** One button ticks every row that belongs to its form, and the next press none. */
function tickAll() {
  for (const button of document.querySelectorAll("[data-tick-all]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const boxes = [...button.form.elements].filter((each) => each.type === "checkbox" && each.name === "entity");
      const missing = boxes.some((box) => !box.checked);
      for (const box of boxes) box.checked = missing;
    });
  }
}

/** What is typed as the reason is shown in the mail that it will stand in. */
function showReasons() {
  for (const form of document.querySelectorAll("form[data-shows-reason]")) {
    const places = [...form.querySelectorAll("[data-typed-reason]")];
    const before = places.map((place) => place.textContent);
    form.elements.reason?.addEventListener("input", (event) => {
      places.forEach((place, at) => { place.textContent = event.target.value.trim() || before[at]; });
    });
  }
}

offerCopying();
tellZone();
offerPrinting();
switchThemes();
workByKeys();
tickAll();
showReasons();
previewTransfers();
sendOnce();
suggestWords();
stayLive();
keepOfflinePage();
