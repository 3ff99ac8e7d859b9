// The example's landing page: its clock goes, and each kiosk opens in a window of its own shape.

import { clock, day } from "../../shared/format.js";
import { Live } from "../../shared/live.js";

const LOOK_MS = 1000;

/** @param {Live} live */
function showTime(live) {
  if (!live.lastSeenAt) return;
  const places = { clock: clock(live.now()), day: day(live.now()) };
  for (const [id, text] of Object.entries(places)) {
    const place = document.getElementById(id);
    if (place && place.textContent !== text) place.textContent = text;
  }
}

/** Opens the link in a window of the shape it names; a blocked window opens as a tab instead.
 *  @param {MouseEvent} event */
function openInShape(event) {
  const link = /** @type {HTMLAnchorElement} */ (event.currentTarget);
  const [width, height] = (link.dataset["window"] ?? "").split("x");
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const opened = window.open(link.href, link.target, `width=${width},height=${height}`);
  if (opened) event.preventDefault();
}

const live = new Live();
setInterval(() => showTime(live), LOOK_MS);
for (const link of document.querySelectorAll("a[data-window]")) {
  link.addEventListener("click", (event) => openInShape(/** @type {MouseEvent} */ (event)));
}
