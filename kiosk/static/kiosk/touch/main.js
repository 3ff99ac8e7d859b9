// Wires the kiosk: the page's data, the line to the server, and the one tree that is drawn.

import { html, keepIcons, render } from "../../shared/parts.js";
import { Live } from "../../shared/live.js";
import { stayPaired } from "../../shared/paired.js";
import { Kiosk } from "./kiosk.js";

/** @typedef {import("./kiosk.js").Told} Told */
/** @typedef {import("./shapes.js").Boot} Boot */

const RELOAD_MS = 3000;

/** @type {Boot} */
const boot = JSON.parse(document.getElementById("boot")?.textContent ?? "{}");
const root = /** @type {HTMLElement} */ (document.getElementById("kiosk"));
const live = new Live(boot.now);
const clock = () => live.now();
const follow = /** @type {import("./paper.js").Follow} */ ((topic, onState) =>
  live.follow(topic, onState));

/** @type {Told} */
let told = {
  catalogue: boot.catalogue,
  hall: boot.services,
  paper: true,
  away: false,
  halted: false,
  since: new Date(boot.now),
};

/** @param {Partial<Told>} news */
function tell(news) {
  told = { ...told, ...news };
  render(html`<${Kiosk} told=${told} clock=${clock} boot=${boot} follow=${follow} />`, root);
}

/** The server does not know this screen any more: the page tells what to do.
 *  @param {string} kind */
function refused(kind) {
  if (kind === "refused") setTimeout(() => location.reload(), RELOAD_MS);
}

live.addEventListener("status", () => {
  const away = live.status === "lost";
  const since = away ? new Date(live.lastSeenAt || boot.now) : told.since;
  tell({ away, halted: live.halted !== "", since });
});
stayPaired(live);
live.follow(`services/${boot.mall_id}`, (hall) => tell({ hall }), refused);
if (boot.prints) live.follow(`tray/${boot.device_id}`, ({ prints }) => tell({ paper: prints }));
live.follow(`catalogue/${boot.mall_id}`, (catalogue) => tell({ catalogue }));
// Nothing on a kiosk is for copying, dragging or a menu of the browser's own.
for (const kind of ["contextmenu", "dragstart", "selectstart"]) {
  document.addEventListener(kind, (event) => event.preventDefault());
}
tell({});
// What is drawn when the server is away must be here before.
keepIcons().then(
  () => tell({}),
  () => undefined // they are fetched one by one then
);
