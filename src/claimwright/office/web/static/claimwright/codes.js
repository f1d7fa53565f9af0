// Search as you type over the code sets: on the page of codes, and in the pane that F4 opens where a code is typed.
"use strict";

// The server answers in milliseconds; the pause only keeps a fast typist from asking for every letter.
const PAUSE_MS = 60;

class CodeSearch {
  constructor(root, field, addresses, asked) {
    Object.assign(this, { root, field, addresses, asked });
    this.results = root.querySelector("[data-code-results]");
    this.card = root.querySelector("[data-code-card]");
    this.turn = 0;
    field.addEventListener("input", () => { clearTimeout(this.waiting); this.waiting = setTimeout(() => this.find(), PAUSE_MS); });
    field.addEventListener("keydown", (event) => this.handle(event));
    this.results.addEventListener("click", (event) => this.click(event));
    this.card.addEventListener("click", (event) => this.click(event));
  }

  get options() { return [...this.results.querySelectorAll("[role=option]")]; }
  get chosen() { return this.options.find((option) => option.getAttribute("aria-selected") === "true"); }

  async part(address, values) {
    const answer = await fetch(`${address}?${new URLSearchParams(values)}`, { headers: { "X-Requested-With": "fetch" } });
    if (answer.redirected || !answer.ok) { location.reload(); return ""; }
    return answer.text();
  }

  async find() {
    const turn = ++this.turn;
    this.found = this.field.value;
    const html = await this.part(this.addresses.find, { q: this.field.value, ...this.asked() });
    if (turn !== this.turn) return;
    this.results.innerHTML = html;
    this.field.setAttribute("aria-expanded", String(this.options.length > 0));
    this.choose(this.options[0]);
  }

  choose(option) {
    for (const other of this.options) other.setAttribute("aria-selected", String(other === option));
    this.field.setAttribute("aria-activedescendant", option ? option.id : "");
    if (!option) { this.card.innerHTML = ""; return; }
    option.scrollIntoView({ block: "nearest" });
    // Who holds an arrow down passes many codes by: only the one where it rests is asked for.
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.show(option.dataset), PAUSE_MS);
  }

  async show({ code, of }) {
    const shown = this.showing = `${of} ${code}`;
    const html = await this.part(this.addresses.card, { code, of, ...this.asked() });
    if (shown === this.showing) this.card.innerHTML = html;
  }

  handle(event) {
    const options = this.options;
    const at = options.indexOf(this.chosen);
    const target = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 8, PageUp: at - 8 }[event.key];
    if (target !== undefined && options.length && !event.altKey) {
      event.preventDefault();
      this.choose(options[Math.max(0, Math.min(options.length - 1, target))]);
    } else if (event.key === "Enter" && this.take) {
      event.preventDefault();
      clearTimeout(this.waiting);
      this.enter();
    }
  }

  // What was typed last may not have been asked yet: Enter waits for it.
  async enter() {
    if (this.field.value !== this.found) await this.find();
    if (this.chosen) this.take(this.chosen.dataset.code);
  }

  click(event) {
    const place = event.target.closest("[data-code]");
    if (!place || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (this.take) this.take(place.dataset.code);
    else if (place.matches("[role=option]")) this.choose(place);
    else this.show(place.dataset);
  }
}

class CodePane {
  constructor(dialog) {
    this.dialog = dialog;
    this.search = new CodeSearch(dialog, dialog.querySelector("#code-pane-q"), dialog.dataset, () => this.asked());
    this.search.take = (code) => this.take(code);
    dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => this.target.focus());
    document.addEventListener("keydown", (event) => {
      const field = document.activeElement;
      if (event.key !== "F4" || event.altKey || event.ctrlKey || !field.matches("[data-lookup]") || field.readOnly) return;
      event.preventDefault();
      this.open(field);
    });
  }

  asked() {
    const system = this.target.dataset.lookup === "procedures" ? "hcpcs" : this.target.dataset.lookup;
    return { system, on: this.target.form.dataset.day };
  }

  open(field) {
    this.target = field;
    this.search.field.value = field.value;
    this.dialog.showModal();
    this.search.field.focus();
    this.search.field.select();
    this.search.find();
  }

  take(code) {
    this.target.value = code;
    this.target.dispatchEvent(new Event("input", { bubbles: true }));
    this.dialog.close();
  }
}

document.addEventListener("DOMContentLoaded", () => {
  const pane = document.getElementById("code-pane");
  if (pane) new CodePane(pane);
  const form = document.querySelector("[data-code-search]");
  if (!form) return;
  const field = form.querySelector("#code-q");
  const asked = () => ({ system: form.system.value, on: form.on.value });
  const search = new CodeSearch(document.getElementById("main"), field, form.dataset, asked);
  field.setAttribute("aria-expanded", String(search.options.length > 0));
});
