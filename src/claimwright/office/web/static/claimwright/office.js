// Keyboard for the office. Every action is a link or a form that works without this file; keys are a faster way to them.
"use strict";

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// Single keys can be turned off for this computer (WCAG 2.1.4): speech input and unsure hands would trip over them.
const singleKeys = {
  get on() { return localStorage.getItem("single-keys") !== "off"; },
  set on(wanted) { localStorage.setItem("single-keys", wanted ? "on" : "off"); },
};

// A grid is one tab stop: the current row's link is in the tab order, the others are reached with arrows or j and k.
class Grid {
  constructor(table) {
    this.table = table;
    this.links = $$("tbody a.row-link", table);
    this.links.forEach((link, position) => { link.tabIndex = position === 0 ? 0 : -1; });
    table.addEventListener("keydown", (event) => this.handle(event));
    table.addEventListener("focusin", (event) => this.settle(this.links.indexOf(event.target)));
  }

  settle(position) {
    if (position < 0) return;
    this.links.forEach((link, other) => {
      link.tabIndex = other === position ? 0 : -1;
      link.closest("tr").toggleAttribute("data-current", other === position);
    });
  }

  handle(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input, select, textarea")) return;
    if (event.key.length === 1 && !singleKeys.on) return;
    const position = this.links.indexOf(document.activeElement);
    const last = this.links.length - 1;
    const target = {
      ArrowDown: position + 1, j: position + 1, ArrowUp: position - 1, k: position - 1,
      Home: 0, End: last, PageDown: position + 15, PageUp: position - 15,
    }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    this.links[Math.max(0, Math.min(last, target))].focus();
  }
}

function follow(selector) {
  const link = $(selector);
  if (link) link.click();
  return Boolean(link);
}

function openDialog(id) {
  const dialog = document.getElementById(id);
  if (dialog && !dialog.open) dialog.showModal();
}

const chords = {
  "ctrl+k": () => { const find = $("#find"); find.focus(); find.select(); return true; },
  "ctrl+/": () => { openDialog("shortcuts"); return true; },
  "alt+arrowup": () => follow("a[rel=prev]"),
  "alt+arrowdown": () => follow("a[rel=next]"),
  "alt+n": () => { const note = $("#note"); if (note) note.focus(); return Boolean(note); },
  "alt+d": () => { const due = $("#due-date"); if (due) due.focus(); return Boolean(due); },
  "f9": () => {
    const form = $("form[data-scrub]");
    if (form) form.requestSubmit();
    return Boolean(form);
  },
  "ctrl+enter": () => {
    const form = document.activeElement.form || $("form[data-commit]");
    if (form) form.requestSubmit();
    return Boolean(form);
  },
};

document.addEventListener("keydown", (event) => {
  const chord = [event.ctrlKey && "ctrl", event.altKey && "alt", event.key.toLowerCase()].filter(Boolean).join("+");
  if (chords[chord]?.()) { event.preventDefault(); return; }
  const typing = event.target.matches("input:not([type=checkbox]), select, textarea");
  const single = !typing && singleKeys.on && !event.ctrlKey && !event.altKey && !event.metaKey;
  if (event.key === "/" && single) {
    const filter = $("[data-filter]") || $("#find");
    event.preventDefault();
    filter.focus();
  } else if (event.key === "Escape" && typing) {
    event.target.blur();
    const grid = $("table.grid a.row-link[tabindex='0']");
    if (grid) grid.focus();
  } else if (/^[1-9]$/.test(event.key) && single && document.body.dataset.digits === "on") {
    follow(`[data-digit="${event.key}"]`);
  }
});

// Choosing with the pointer submits at once; with the keyboard, arrows try values out and Enter submits.
function submitWhenChosen(field) {
  let byKey = false;
  field.addEventListener("pointerdown", () => { byKey = false; });
  field.addEventListener("keydown", (event) => {
    byKey = true;
    if (event.key === "Enter") { event.preventDefault(); field.form.requestSubmit(); }
  });
  field.addEventListener("change", () => { if (!byKey) field.form.requestSubmit(); });
}

// A box that scrolls sideways must be reachable, or the keyboard cannot scroll it.
function reachScrollers() {
  $$(".scroll").forEach((box) => { box.tabIndex = box.scrollWidth > box.clientWidth ? 0 : -1; });
}

// A form whose amounts must come to a total says how much of it is left: ticked boxes, and amounts as they are typed.
class Remainder {
  constructor(form) {
    this.form = form;
    this.output = $("[data-remainder]", form);
    form.addEventListener("input", () => this.show());
    this.show();
  }

  get totalCents() {
    const field = $("[data-total-field]", this.form);
    return field ? cents(field.value) : Number(this.form.dataset.total);
  }

  sign(field) {
    return $("[data-way]", field.closest("tr")).value === "raises" ? -1 : 1;
  }

  show() {
    const ticked = $$("[data-cents]:checked", this.form).reduce((sum, box) => sum + Number(box.dataset.cents), 0);
    const typed = $$("[data-part]", this.form).reduce((sum, field) => sum + cents(field.value), 0);
    const kept = $$("[data-adjustment]", this.form).reduce((sum, field) => sum + this.sign(field) * cents(field.value), 0);
    const left = this.totalCents - ticked - typed + kept;
    const line = $("[data-remainder-line]", this.form);
    if (line) line.hidden = !$("[data-total-field]", this.form).value.trim();
    this.output.textContent = dollars(left);
    this.output.classList.toggle("even", left === 0);
  }
}

function cents(text) {
  const plain = text.replace(/[$,\s]/g, "");
  return /^-?\d*\.?\d{0,2}$/.test(plain) ? Math.round(Number(plain || 0) * 100) || 0 : 0;
}

function dollars(amount) {
  return (amount / 100).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

window.addEventListener("resize", reachScrollers);
document.addEventListener("DOMContentLoaded", () => {
  reachScrollers();
  $$("table.grid").forEach((table) => new Grid(table));
  $$("[data-open-dialog]").forEach((button) => button.addEventListener("click", () => openDialog(button.dataset.openDialog)));
  $$("[data-submit-on-change]").forEach(submitWhenChosen);
  $$("form:has([data-remainder])").forEach((form) => new Remainder(form));
  const single = $("#single-keys");
  single.checked = singleKeys.on;
  single.addEventListener("change", () => { singleKeys.on = single.checked; });
  const place = $("[data-start-here]");
  const start = place?.matches("table") ? $("a.row-link", place) : place;
  if (start && document.activeElement === document.body) start.focus({ preventScroll: true });
  const here = $(".segment.here");
  if (here) here.scrollIntoView({ block: "center" });
});
