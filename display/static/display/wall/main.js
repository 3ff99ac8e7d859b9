// The wall's page: follows its zone, or all of them, and draws what they say.

import { Live } from "../../shared/live.js";
import { stayPaired } from "../../shared/paired.js";
import { html, keepIcons, render } from "../../shared/parts.js";
import { press } from "../../shared/press.js";
import { Announcements } from "./announcements.js";
import { Zones } from "./calls_ahead.js";
import { Wall } from "./wall.js";

/** @typedef {import("./types.js").Announcement} Announcement */
/** @typedef {import("./types.js").Boot} Boot */

const CLOCK_MS = 1000;

/** @returns {Boot} */
function readBoot() {
  const block = document.getElementById("boot");
  return JSON.parse((block && block.textContent) || "{}");
}

/** Sends a receipt; a call whose receipt is lost is shown and spoken all the same, and the officer
 *  is asked to call it by mouth.
 *  @param {"shown" | "spoken"} kind @param {Announcement} announcement */
function report(kind, announcement) {
  if (announcement.text) return;
  press(`/wall/${kind}`, { call_id: announcement.call_id }).catch(() => undefined);
}

function main() {
  const boot = readBoot();
  const place = /** @type {HTMLElement} */ (document.getElementById("wall"));
  const live = new Live(boot.now);
  const zoneIds = boot.zone_id === null ? boot.zones.map((zone) => zone.id) : [boot.zone_id];
  const hall = new Zones(zoneIds, (id) => live.askAgain(`zone/${id}`));
  const announcements = new Announcements(boot.voice, draw, report, (call) => hall.isWanted(call));

  function draw() {
    const model = {
      boot,
      states: hall.states(),
      current: announcements.current,
      sound: announcements.sound,
      halted: live.halted !== "",
      lostSince: live.status === "lost" ? live.lastSeenAt || Date.parse(boot.now) : null,
      now: live.now(),
    };
    render(html`<${Wall} ...${model} />`, place);
  }

  zoneIds.forEach((id) => {
    live.follow(
      `zone/${id}`,
      (state) => {
        hall.take(state);
        draw();
      },
      (kind, payload) => {
        // A screen whose pairing was taken back starts over, and shows its code.
        if (kind === "refused") {
          location.reload();
          return;
        }
        if (kind === "announce") hall.hear(payload);
        announcements.hear(payload);
        draw();
      }
    );
  });
  stayPaired(live);
  live.addEventListener("status", draw);
  setInterval(draw, CLOCK_MS);
  ["click", "keydown", "touchend"].forEach((touch) => {
    document.addEventListener(touch, () => announcements.unblock());
  });
  place.textContent = "";
  draw();
  announcements.probe();
  // The sign for a lost server must be here before it is lost.
  keepIcons().then(draw, () => undefined);
}

main();
