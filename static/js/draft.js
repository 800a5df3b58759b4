/* Drafts on the device (IndexedDB) until the server has them: the store, the sending, the list of what waits. On every page, because
 * logging out wipes, and so does another account. static/js/inspect.js keeps a form in it.
 *
 * A draft belongs to one account and one form. It is "draft" while being filled, "waiting" once its sender pressed send, and
 * "returned" when the server found faults in it. Sent twice it counts once: the form's client_uuid is kept with it.
 * All words come from data-words-* attributes. Without IndexedDB nothing here happens and forms are plain forms. */
(() => {
  "use strict";
  const DATABASE = "portal-drafts";
  /* A session that ran out is no logout: pages without an account spare what was changed within these hours. */
  const SPARED = 12 * 3600 * 1000;
  const user = document.body.dataset.user || "";

  /* The words of an element for what is going on; the rarer troubles fall back on data-words-failed. */
  const word = (element, now) => {
    const { dataset } = element;
    const rare = ["login", "returned", "unsaved"].includes(now) ? dataset.wordsFailed : "";
    return dataset[`words${now[0].toUpperCase()}${now.slice(1)}`] || rare || "";
  };
  const target = (form) => new URL(form.getAttribute("action") || "", location.href);
  const plainly = (form) => HTMLFormElement.prototype.submit.call(form);

  /* -- the store: a connection per act, so that none stands in the way of wiping ------------------------------- */
  const settled = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const open = () => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("drafts", { keyPath: "id" });
    return settled(request);
  };
  const inStore = async (mode, act) => {
    const db = await open();
    db.onversionchange = () => db.close();
    try {
      const transaction = db.transaction("drafts", mode);
      const done = new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = transaction.onerror = () => reject(transaction.error);
      });
      const [result] = await Promise.all([settled(act(transaction.objectStore("drafts"))), done]);
      return result;
    } finally {
      db.close();
    }
  };
  const put = (draft) => inStore("readwrite", (store) => store.put(draft));
  const take = (id) => inStore("readonly", (store) => store.get(id));
  const drop = (id) => inStore("readwrite", (store) => store.delete(id));
  /* Most visitors never keep a draft: for them no database is made. */
  const exists = async () => !indexedDB.databases || (await indexedDB.databases()).some(({ name }) => name === DATABASE);
  const everyone = async () => (await exists() ? inStore("readonly", (store) => store.getAll()) : []);
  const mine = async () => (await everyone()).filter((draft) => draft.user === user);
  const channel = "BroadcastChannel" in window ? new BroadcastChannel(DATABASE) : null;
  const wipe = async () => {
    if (channel) channel.postMessage("wiped");
    await settled(indexedDB.deleteDatabase(DATABASE));
  };

  const wipeStrangers = async () => {
    const now = Date.now();
    for (const draft of await everyone()) {
      if (user ? draft.user !== user : now - draft.changed > SPARED) await drop(draft.id);
    }
  };

  /* -- sending ------------------------------------------------------------------------------------------------ */
  const token = () => {
    const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
    const field = document.querySelector("input[name=csrfmiddlewaretoken]");
    return cookie ? cookie.slice("csrftoken=".length) : field ? field.value : "";
  };
  const packed = (draft) => {
    const body = new FormData();
    draft.fields.forEach(([name, value]) => body.append(name, value));
    draft.files.forEach((file) => body.append(file.field, file.blob, file.name));
    return body;
  };
  const verdict = (answer) => {
    if ((answer.redirected && /\/login\//.test(new URL(answer.url).pathname)) || answer.status === 401 || answer.status === 403) return "login";
    if (answer.redirected && answer.ok) return "sent";
    return answer.status === 429 || answer.status >= 500 ? "failed" : "returned";
  };
  const underway = new Set();
  const outcomes = new Map();

  /* → {now: sent | returned | login | failed | offline | busy, answer}. A draft that was sent is gone from the device. */
  const send = async (draft) => {
    if (underway.has(draft.id)) return { now: "busy" };
    if (!navigator.onLine) return { now: "offline" };
    underway.add(draft.id);
    try {
      // The token travels in the header: the one that the form was drawn with may be older than the session.
      const answer = await fetch(draft.action, { method: "POST", body: packed(draft), headers: { "X-CSRFToken": token(), "X-Draft": "1" }, credentials: "same-origin" });
      const now = verdict(answer);
      if (now === "sent") await drop(draft.id);
      if (now === "returned") await put({ ...draft, state: "returned" });
      outcomes.set(draft.id, now);
      return { now, answer };
    } catch {
      outcomes.set(draft.id, "offline");
      return { now: "offline" };
    } finally {
      underway.delete(draft.id);
    }
  };
  /* The page that the server answered, in place of this one: a second request would miss its messages. */
  const show = async (answer) => {
    const html = await answer.text();
    if (answer.redirected) history.replaceState(null, "", answer.url);
    document.open();
    document.write(html);
    document.close();
    scrollTo(0, 0);
  };

  /* -- the list of what waits, and sending it when there is a connection --------------------------------------- */
  const keepers = new Map();
  const listed = async () => {
    const list = document.querySelector("[data-drafts-list]");
    const template = document.querySelector("template[data-draft-row]");
    if (!list || !template) return;
    const when = new Intl.DateTimeFormat(document.documentElement.lang || "zh", { dateStyle: "medium", timeStyle: "short" });
    const drafts = (await mine()).sort((a, b) => a.changed - b.changed);
    const rows = drafts.map((draft) => {
      const row = template.content.cloneNode(true);
      const set = (name, act) => row.querySelectorAll(`[data-draft-${name}]`).forEach(act);
      let state = null;
      const tell = (now) => { if (state) state.textContent = word(list, now); };
      set("name", (element) => { element.textContent = draft.title || draft.key; });
      set("when", (element) => { element.textContent = when.format(draft.changed); });
      set("state", (element) => { state = element; tell(draft.state === "waiting" ? outcomes.get(draft.id) || "waiting" : draft.state); });
      set("open", (element) => { element.href = draft.page; });
      set("send", (button) => {
        button.hidden = draft.state !== "waiting";
        button.addEventListener("click", async () => {
          tell("sending");
          const { now } = await send(draft);
          tell(now === "busy" ? "sending" : now);
          if (now === "sent" || now === "returned") await listed();
        });
      });
      return row;
    });
    (list.querySelector("[data-draft-rows]") || list).replaceChildren(...rows);
    list.hidden = !rows.length;
  };
  /* By itself, unless the session is over: then each try would carry all photographs for nothing. */
  const sendWaiting = async () => {
    const waiting = (await mine()).filter((draft) => draft.state === "waiting" && outcomes.get(draft.id) !== "login");
    for (const draft of waiting.filter((one) => !keepers.has(one.id))) await send(draft);
    for (const draft of waiting.filter((one) => keepers.has(one.id))) {
      if (await keepers.get(draft.id).deliver(draft)) return;
    }
    await listed();
  };

  /* -- logging out wipes first, then goes on -------------------------------------------------------------------- */
  const stop = () => keepers.forEach((keeper) => { keeper.over = true; });
  const leave = async (form) => {
    const question = document.body.dataset.wordsUnsent;
    const some = question ? await mine().catch(() => []) : [];
    if (some.length && !window.confirm(question)) return;
    stop();  // a change of the last moment must not write the draft anew behind the wiping
    await Promise.allSettled([...keepers.values()].map((keeper) => keeper.queue));
    await Promise.race([wipe().catch(() => {}), new Promise((resolve) => { setTimeout(resolve, 2000); })]);
    plainly(form);
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!window.indexedDB || !target(form).pathname.endsWith("/logout/")) return;
    event.preventDefault();
    leave(form);
  }, true);

  if (channel) channel.onmessage = stop;

  /* What inspect.js builds on; it adds ``Keeper``. */
  const shared = { user, put, take, drop, send, show, word, target, plainly };
  window.portalDrafts = shared;
  const begin = async () => {
    await wipeStrangers();
    if (!user) return;
    const { Keeper } = window.portalDrafts;
    for (const form of Keeper ? document.querySelectorAll("form[data-draft-key]") : []) {
      const keeper = new Keeper(form);
      await keeper.start();
      keepers.set(keeper.id, keeper);
    }
    // A connection may come back without the browser's telling. A page put in place of this one starts its own clock.
    const again = () => (window.portalDrafts === shared ? document.hidden || sendWaiting().catch(() => {}) : clearInterval(clock));
    const clock = setInterval(again, 60000);
    window.addEventListener("online", again);
    await sendWaiting();
  };
  document.addEventListener("DOMContentLoaded", () => {
    const state = (word) => () => { document.documentElement.dataset.drafts = word; };
    if (window.indexedDB) begin().then(state("ready"), state("off"));
  });
})();
