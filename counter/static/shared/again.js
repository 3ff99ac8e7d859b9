// A page that the server drew, live: when what it shows has changed, a part of it is read again.

import { live } from "./connection.js";
import { remember, settle } from "./settle.js";

/** @param {string} id */
function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

// Longer than a slow line needs; a line that is cut answers nothing, and is told again.
const READ_MS = 10000;

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

/** Follows `topic` and keeps the element `id` as the page at `path` has it; the focus, and what was
 *  opened, stay. The page's `#lost` says when its line is silent.
 *  @param {{topic: string, path: string, id: string, then?: (() => void) | undefined}} page */
export function keepFresh({ topic, path, id, then }) {
  const readOnce = async () => {
    const signal = AbortSignal.timeout(READ_MS);
    const asked = { credentials: "same-origin", cache: "no-store", signal };
    const response = await fetch(path, /** @type {RequestInit} */ (asked));
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById(id);
    await released();
    if (!fresh) return;
    const focused = document.activeElement ? document.activeElement.id : "";
    const open = [...document.querySelectorAll(`#${id} details[open]`)].map((one) => one.id);
    settle(element(id), fresh);
    for (const one of open) document.getElementById(one)?.setAttribute("open", "");
    const again = focused ? document.getElementById(focused) : null;
    // Who has scrolled on reads elsewhere, and keeps the place.
    if (again && again !== document.activeElement) again.focus({ preventScroll: true });
    if (then) then();
  };
  let reading = false;
  let stale = false;
  // One reading at a time, however much happens meanwhile: a full hall must not pile them up.
  const readAgain = async () => {
    stale = true;
    if (reading) return;
    reading = true;
    try {
      while (stale) {
        stale = false;
        await readOnce();
      }
    } finally {
      reading = false;
    }
  };
  remember(element(id));
  live.follow(
    topic,
    () => {
      readAgain().catch(() => undefined); // the line's own silence is said below
    },
    // The sign-in is over: what stands here would grow old unnoticed.
    (kind) => kind === "refused" && window.location.reload()
  );
  let halted = false;
  live.addEventListener("status", () => {
    // What was drawn while nothing was kept is not right any more, and nothing else may change.
    if (halted && live.status === "live") readAgain().catch(() => undefined);
    halted = live.status === "lost" && live.halted !== "";
    element("lost").hidden = live.status !== "lost" || live.halted !== "";
  });
}
