// The hall's waits, live; who listens to the page hears only when the warning changes.

import { keepFresh } from "../../shared/again.js";

/** What the warning says, "" without one. */
function warning() {
  return document.getElementById("risk")?.textContent?.trim() ?? "";
}

const boot = JSON.parse(document.getElementById("boot")?.textContent || "{}");
let heard = warning();

function sayChange() {
  const now = warning();
  const said = document.getElementById("said");
  if (said && now !== heard) said.textContent = now;
  heard = now;
}

keepFresh({ topic: `waits/${boot.mall_id}`, path: "/waits", id: "waits", then: sayChange });
