// The printers' page, live: when one of them fares otherwise, or a paper does, it is read again.

import { live } from "../../shared/connection.js";

/** @param {string} id */
function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

let asked = 0;
// A button that is replaced between press and release never hears of the click.
let pressing = false;
document.addEventListener("pointerdown", () => (pressing = true));
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => setTimeout(() => (pressing = false)));
}

/** Resolves when nobody presses anything. */
async function released() {
  while (pressing) await new Promise((done) => setTimeout(done, 50));
}

/** Puts the page's newest list in place of the one shown; the focus stays where it was. */
async function readAgain() {
  asked += 1;
  const turn = asked;
  const response = await fetch("/printers", { credentials: "same-origin", cache: "no-store" });
  if (!response.ok || turn !== asked) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.getElementById("printers");
  await released();
  if (!fresh || turn !== asked) return;
  const focused = document.activeElement ? document.activeElement.id : "";
  element("printers").replaceWith(document.importNode(fresh, true));
  const again = focused ? document.getElementById(focused) : null;
  if (again) again.focus();
}

const boot = JSON.parse(element("boot").textContent || "{}");
live.follow(
  `printers/${boot.mall_id}`,
  () => {
    readAgain().catch(() => undefined); // the line's own silence is said below
  },
  // The sign-in is over: what stands here would grow old unnoticed.
  (kind) => kind === "refused" && window.location.reload()
);
live.addEventListener("status", () => {
  element("lost").hidden = live.status !== "lost";
});
