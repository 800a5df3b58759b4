/* Progressive enhancement only: every page works without this file. */
(() => {
  "use strict";
  const words = () => document.body.dataset;

  const say = (text, kind) => {
    const box = document.getElementById("live");
    if (!box || !text) return;
    box.textContent = "";
    const line = document.createElement("p");
    line.className = kind ? `note note-${kind}` : "visually-hidden";
    line.textContent = text;
    box.append(line);
  };

  /* A submit button shows that it works, and can't be pressed twice. */
  const free = (button) => {
    button.removeAttribute("aria-busy");
    button.disabled = false;
  };
  const busy = (button) => {
    button.setAttribute("aria-busy", "true");
    // Later, so that the button's own name and value still travel with the form.
    setTimeout(() => { button.disabled = true; }, 0);
    // A download leaves the page standing; the server, not this, forbids doing a thing twice.
    setTimeout(() => free(button), 10000);
  };
  const freeAll = () => document.querySelectorAll("button[aria-busy=true]").forEach(free);

  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    const form = event.target;
    if (!button || event.defaultPrevented || form.target === "_blank" || form.hasAttribute("data-no-busy")) return;
    busy(button);
  });
  window.addEventListener("pageshow", freeAll);
  document.addEventListener("htmx:afterRequest", freeAll);
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(name, () => say(words().failed, "stop"));
  }

  /* data-confirm="Really?" on a button or link, before anything else hears of the click. */
  document.addEventListener("click", (event) => {
    const asking = event.target.closest("[data-confirm]");
    if (asking && !window.confirm(asking.dataset.confirm)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);

  const copy = async (text) => {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "visually-hidden";
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  };

  /* data-copy="text" copies it; data-print prints the page. */
  document.addEventListener("click", (event) => {
    const from = event.target.closest("[data-copy], [data-print]");
    if (!from) return;
    event.preventDefault();
    if (from.hasAttribute("data-print")) {
      window.print();
    } else {
      copy(from.dataset.copy).then(() => say(words().copied, "ok"), () => say(words().failed, "stop"));
    }
  });

  /* data-refresh="60": a page that hangs at a door looks again each minute. */
  const clock = document.querySelector("[data-refresh]");
  if (clock) setTimeout(() => location.reload(), Number(clock.dataset.refresh) * 1000);

  /* Someone whose form came back starts at the list of what to mend. */
  const summary = document.querySelector(".errors[tabindex]");
  if (summary) summary.focus();
})();
