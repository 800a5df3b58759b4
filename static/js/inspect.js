/* The form of an inspection: counts what is filled, and keeps every change on the device (see draft.js). Only on that form's page. */
(() => {
  "use strict";
  const { user, put, take, drop, send, show, word, target, plainly } = window.portalDrafts || {};

  /* -- photographs -------------------------------------------------------------------------------------------- */
  const LONG_EDGE = 96;
  const drawn = async (blob, edge) => {
    const bitmap = await createImageBitmap(blob, { imageOrientation: "from-image" });
    const scale = Math.min(1, edge / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    return canvas;
  };
  /* Smaller where the form asks for it (data-photo-edge, pixels); what is no picture goes as it is, for the server to judge. */
  const kept = async (field, file, edge) => {
    let blob = new Blob([await file.arrayBuffer()], { type: file.type });
    let name = file.name;
    if (edge && /^image\/(jpeg|png|webp)$/.test(file.type)) {
      try {
        const canvas = await drawn(blob, edge);
        const smaller = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
        if (smaller && smaller.size < blob.size) [blob, name] = [smaller, name.replace(/\.\w+$/, "") + ".jpg"];
      } catch { /* as it is */ }
    }
    return { field, name, blob };
  };

  /* -- one form ----------------------------------------------------------------------------------------------- */
  const count = (form) => {
    const items = [...form.querySelectorAll("[data-item]")];
    const done = items.filter((item) => item.querySelector("input[type=radio]:checked"));
    items.forEach((item) => item.classList.toggle("is-filled", done.includes(item)));
    form.querySelectorAll("[data-filled]").forEach((line) => {
      line.textContent = (line.dataset.filled || "{done} / {all}").replace("{done}", done.length).replace("{all}", items.length);
    });
    form.querySelectorAll("progress[data-filled-bar]").forEach((bar) => { bar.max = items.length || 1; bar.value = done.length; });
  };

  class Keeper {
    constructor(form) {
      this.form = form;
      this.id = `${user}|${form.dataset.draftKey}`;
      this.files = [];
      this.page = location.href;
      this.over = false;
      this.timer = 0;
      this.queue = this.reading = Promise.resolve();
    }

    say(what) {
      const line = this.form.querySelector("[data-draft-status]") || document.querySelector("[data-draft-status]");
      if (!line) return;
      line.dataset.state = what;
      line.textContent = word(this.form, what);
    }

    snapshot(state) {
      const fields = [...new FormData(this.form)].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken");
      if (this.button && this.button.name) fields.push([this.button.name, this.button.value]);
      const { draftKey: key, draftTitle: title = "" } = this.form.dataset;
      return { id: this.id, user, key, title, action: target(this.form).href, page: this.page, fields, files: this.files, state, changed: Date.now() };
    }

    /* One write after another: the last change is the one that stays. */
    save(state = "draft") {
      clearTimeout(this.timer);
      this.timer = 0;
      if (this.over) return Promise.reject(new Error("over"));
      const draft = this.snapshot(state);
      this.queue = this.queue.catch(() => {}).then(() => put(draft)).then(() => draft);
      return this.queue;
    }

    async changed(event) {
      const input = event.target;
      const file = input.type === "file";
      if (event.detail === "restored" || !input.name || (file && event.type === "input")) return;
      if (file) await (this.reading = Promise.all([this.reading, this.photographed(input).catch(() => this.say("unsaved"))]));
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.keep(), event.type === "input" ? 400 : 0);
    }

    async keep() {
      if (this.over) return;
      await this.save().then(() => this.say("saved"), () => this.say("unsaved"));
    }

    async photographed(input) {
      const chosen = await Promise.all([...input.files].map((file) => kept(input.name, file, Number(this.form.dataset.photoEdge))));
      this.files = this.files.filter((file) => file.field !== input.name).concat(chosen);
      this.refill(input);
    }

    /* What is kept goes back into its input, so that the form is whole without this script too. */
    refill(input) {
      try {
        const transfer = new DataTransfer();
        const own = this.files.filter((file) => file.field === input.name);
        own.forEach(({ blob, name }) => transfer.items.add(new File([blob], name, { type: blob.type })));
        input.files = transfer.files;
      } catch { /* an old browser: the draft's own copy is sent */ }
      this.picture(input);
    }

    /* Name and small picture of what is kept for an input, with a button that forgets it. */
    picture(input) {
      const place = this.form.querySelector(`[data-photo="${CSS.escape(input.name)}"]`);
      if (!place) return;
      place.replaceChildren(...this.files.filter((file) => file.field === input.name).map((file) => {
        const row = document.createElement("span");
        row.className = "photo-kept";
        row.append(Object.assign(document.createElement("span"), { textContent: file.name }));
        drawn(file.blob, LONG_EDGE).then((canvas) => { canvas.setAttribute("aria-hidden", "true"); row.prepend(canvas); }, () => {});
        const off = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-quiet", textContent: this.form.dataset.wordsRemove || "×" });
        off.addEventListener("click", () => {
          input.value = "";
          input.dispatchEvent(new Event("change", { bubbles: true }));
          input.focus();
        });
        row.append(off);
        return row;
      }));
    }

    restore(draft) {
      const left = draft.fields.map((pair) => [...pair]);
      const next = (name) => { const at = left.findIndex(([key]) => key === name); return at < 0 ? undefined : left.splice(at, 1)[0][1]; };
      for (const field of this.form.elements) {
        if (!field.name || field.name === "csrfmiddlewaretoken" || field.type === "file" || field.tagName === "BUTTON") continue;
        if (field.type === "radio" || field.type === "checkbox") field.checked = draft.fields.some(([name, value]) => name === field.name && value === field.value);
        else this.write(field, next(field.name));
      }
      this.files = draft.files;
      this.form.querySelectorAll("input[type=file]").forEach((input) => this.refill(input));
      this.form.dispatchEvent(new CustomEvent("change", { bubbles: true, detail: "restored" }));
    }

    write(field, value) {
      if (value === undefined) return;
      field.value = value;
      const folded = value && field.type !== "hidden" && field.closest("details");
      if (folded) folded.open = true;
    }

    async submit(event) {
      event.preventDefault();
      this.button = event.submitter;
      await this.reading;
      try {
        await this.deliver(await this.save("waiting"));
      } catch {
        // No room on the device: the form goes the plain way.
        plainly(this.form);
      }
    }

    /* → whether the server's page stands here now. Nothing can be changed on the way. */
    async deliver(draft) {
      this.say("sending");
      this.form.inert = true;
      if (this.button) this.button.setAttribute("aria-busy", "true");
      const { now, answer } = await send(draft);
      const shown = now === "sent" || now === "returned";
      this.over = shown;
      if (shown) {
        await show(answer);
        return true;
      }
      this.form.inert = false;
      if (this.button) this.button.removeAttribute("aria-busy");
      this.say(now === "busy" ? "sending" : now);
      return false;
    }

    async start() {
      const draft = await take(this.id);
      if (draft) {
        this.page = draft.page;
        this.restore(draft);
        this.say({ waiting: "offline", returned: "returned" }[draft.state] || "restored");
      }
      this.form.addEventListener("input", (event) => this.changed(event));
      this.form.addEventListener("change", (event) => this.changed(event));
      this.form.addEventListener("submit", (event) => this.submit(event));
      document.addEventListener("visibilitychange", () => { if (document.hidden && this.timer) this.keep(); });
      this.form.querySelectorAll("[data-draft-discard]").forEach((again) => {
        again.hidden = !draft;
        again.addEventListener("click", () => this.discard());
      });
    }

    async discard() {
      clearTimeout(this.timer);
      this.over = true;
      await this.queue.catch(() => {});
      await drop(this.id);
      location.replace(this.page);
    }
  }

  document.querySelectorAll("form[data-draft]").forEach((form) => {
    count(form);
    form.addEventListener("change", () => count(form));
  });
  if (window.portalDrafts) window.portalDrafts.Keeper = Keeper;
})();
