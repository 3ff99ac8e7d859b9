// The hall, live: times that run by the server's clock. Who listens to the page hears only how
// many things need a hand, when that changes.

import { keepFresh } from "../../shared/again.js";
import { live } from "../../shared/connection.js";
import { duration } from "../../shared/format.js";

const TICK_MS = 1000;

function alertsSaid() {
  return document.getElementById("alerts-of")?.dataset.said ?? "";
}

function run() {
  if (!live.lastSeenAt) return; // nobody has told the time yet
  const now = live.now().getTime();
  for (const one of document.querySelectorAll("#desks time[data-since]")) {
    const since = Date.parse(/** @type {HTMLElement} */ (one).dataset.since ?? "");
    one.textContent = duration((now - since) / 1000);
  }
}

const boot = JSON.parse(document.getElementById("boot")?.textContent || "{}");
let heard = alertsSaid();

function changed() {
  run();
  const now = alertsSaid();
  const said = document.getElementById("said");
  if (said && now !== heard) said.textContent = now;
  heard = now;
}

keepFresh({ topic: `waits/${boot.mall_id}`, path: "/waits", id: "waits", then: changed });
setInterval(run, TICK_MS);
