// Pages that change while they are looked at. Without this they are as they were when they were loaded.
"use strict";

const QUIET_MS = 150;
const DONE_MS = 600;

function follow(address, told) {
  const events = new EventSource(address);
  events.addEventListener("next", (event) => told(JSON.parse(event.data)));
  events.addEventListener("complete", () => events.close());
  window.addEventListener("pagehide", () => events.close());
  return events;
}

// The same page again, and of it the part that is live. What somebody is about to do there comes first.
async function reload(section) {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(section.id);
  if (!fresh || section.querySelector("[aria-busy]")) return;
  const focused = section.contains(document.activeElement) ? place(section) : -1;
  section.replaceChildren(...fresh.childNodes);
  document.querySelector("[data-live-news]").textContent = section.querySelector("h2").textContent;
  if (focused >= 0) controls(section)[focused]?.focus();
}

const controls = (section) => [...section.querySelectorAll("a[href], button")];
const place = (section) => controls(section).indexOf(document.activeElement);

for (const section of document.querySelectorAll("[data-live]")) {
  const state = document.querySelector("[data-live-state]");
  let timer;
  const events = follow(section.dataset.live, () => {
    clearTimeout(timer);
    timer = setTimeout(() => reload(section), QUIET_MS);
  });
  const say = (words) => {
    state.textContent = words;
    state.hidden = false;
  };
  let wasLost = false;
  events.addEventListener("open", () => {
    say("Live");
    if (wasLost) reload(section);
    wasLost = false;
  });
  events.addEventListener("error", () => {
    wasLost = true;
    say("Connecting …");
  });
}

// A form on its way leads to a fresh page anyhow, and would be lost.
const reloadUnlessSending = () => document.querySelector("[aria-busy]") ?? location.reload();

for (const box of document.querySelectorAll("[data-progress]")) {
  if (!box.dataset.progress) continue;
  follow(box.dataset.progress, (told) => {
    if (told.errors) return;
    box.querySelector("progress").value = told.percent;
    box.querySelector("[data-progress-words]").textContent = told.words;
    if (told.is_done) setTimeout(reloadUnlessSending, DONE_MS);
  });
}
