// The rail, live: how much waits to be done where, and whether the server is heard.

import { live } from "./connection.js";

/** Keeps one number in step with the topics that it is the sum of. @param {HTMLElement} badge */
function count(badge) {
  /** @type {Map<string, number>} */
  const waiting = new Map();
  const number = badge.querySelector("b");
  for (const topic of (badge.dataset.topics || "").split(" ")) {
    live.follow(
      topic,
      (state) => {
        waiting.set(topic, state.to_do);
        const sum = Array.from(waiting.values()).reduce((all, one) => all + one, 0);
        if (number) number.textContent = String(sum);
        badge.hidden = sum === 0;
      },
      (kind, { code }) => {
        // Signed out in another window: this page is nobody's any more, and the door says so.
        if (kind === "refused" && code === "forbidden") location.reload();
      }
    );
  }
}

/** Says whether what stands here is as it is now. @param {HTMLElement} place */
function tell(place) {
  const lost = live.status === "lost";
  const why = live.halted ? place.dataset.halted : place.dataset.lost;
  const words = lost ? why : place.dataset.live;
  const [dot, said] = [place.querySelector("i"), place.querySelector("span")];
  // Whoever listens to the page hears of a break and its end, not of every page's connection.
  if (lost) place.setAttribute("aria-live", "polite");
  place.hidden = live.status === "connecting";
  place.classList.toggle("is-lost", lost);
  if (dot) dot.classList.toggle("dot--bad", lost);
  if (said) said.textContent = words || "";
}

/** Says under the header why nothing is kept any more. @param {HTMLElement} banner */
function tellWhy(banner) {
  const halted = live.status === "lost" && live.halted;
  const said = banner.querySelector("span");
  if (said) said.textContent = halted ? banner.dataset[halted] || banner.dataset["not_kept"] || "" : "";
  banner.hidden = !halted;
}

document.querySelectorAll("[data-topics]").forEach((badge) => {
  if (badge instanceof HTMLElement) count(badge);
});
const place = document.getElementById("connection");
if (place) live.addEventListener("status", () => tell(place));
const banner = document.getElementById("halted");
if (banner) live.addEventListener("status", () => tellWhy(banner));
