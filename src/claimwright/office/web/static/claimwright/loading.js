// While files are being loaded, the part that changes is asked for again and again; without scripts there is a link.
"use strict";

const ASK_EVERY_MS = 1500;

async function follow(part) {
  if (!part.querySelector("[data-running]")) return;
  const answer = await fetch(part.dataset.poll, { headers: { "X-Requested-With": "fetch" } });
  if (answer.redirected || !answer.ok) { location.reload(); return; }
  const html = await answer.text();
  const status = part.querySelector("[role=status]");
  const fresh = document.createRange().createContextualFragment(html);
  const told = fresh.querySelector("[data-running] [role=status]");
  // A running job changes its one line only, so that a screen reader hears the line and focus stays where it is.
  if (told && status) { if (told.textContent !== status.textContent) status.textContent = told.textContent; }
  else part.replaceChildren(fresh);
  setTimeout(() => follow(part), ASK_EVERY_MS);
}

document.addEventListener("DOMContentLoaded", () => {
  const part = document.querySelector("[data-poll]");
  if (part) setTimeout(() => follow(part), ASK_EVERY_MS);
});
