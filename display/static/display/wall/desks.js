// The desks of a zone, one row each: who is there, or why nobody is.

import { clock, numberParts } from "../../shared/format.js";
import { html } from "../../shared/parts.js";
import { language, t } from "../../shared/words.js";

/** @typedef {import("./types.js").Desk} Desk */
/** @typedef {import("./panel.js").Shown} Shown */

/** More rows than this would be too small for the back of the hall. */
const ROWS = 7;
const PAGE_MS = 10000;

/** The rows to show now. Desks that are closed give way first; the rest take turns, and the one
 *  that calls is always there.
 *  @param {Desk[]} desks @param {Shown | null} call @param {Date} now
 *  @returns {Desk[]} */
export function rowsShown(desks, call, now) {
  if (desks.length <= ROWS) return desks;
  const open = desks.filter((desk) => desk.state !== "closed");
  if (open.length <= ROWS) {
    const closed = desks.filter((desk) => desk.state === "closed").slice(0, ROWS - open.length);
    return desks.filter((desk) => open.includes(desk) || closed.includes(desk));
  }
  const caller = call && call.at === null ? open.findIndex((desk) => desk.number === call.desk) : -1;
  const pages = Math.ceil(open.length / ROWS);
  const turn = caller >= 0 ? Math.floor(caller / ROWS) : Math.floor(now.getTime() / PAGE_MS) % pages;
  return open.slice(turn * ROWS, (turn + 1) * ROWS);
}

/** @param {Desk} desk */
function status(desk) {
  if (desk.state === "ready") return html`<span class="w-dtxt">${t("display.wall.ready")}</span>`;
  const said = desk.until_at
    ? t(`display.wall.${desk.state}_until`, { time: clock(desk.until_at) })
    : t(`display.wall.${desk.state}`);
  return html`<span class="w-dtxt w-dtxt--off">${said}</span>`;
}

/** @param {{desk: Desk, now: boolean}} props */
function Row({ desk, now }) {
  const needs = desk.needs.map((need) => (language() === "en" ? need.en : need.id)).join(", ");
  const { letter, digits } = numberParts(desk.ticket);
  const shown = desk.ticket
    ? html`<span class="w-dnum num">${letter}<i></i>${digits}</span>`
    : status(desk);
  const off = ["closed", "break", "not_yet"].includes(desk.state);
  return html`<li class=${`${now ? "is-now" : ""} ${off ? "is-off" : ""}`}>
    <b class=${`w-desk w-desk--${desk.number.length} num`}>${desk.number}</b>${shown}<small>${needs}</small>
  </li>`;
}

/** @param {{desks: Desk[], call: Shown | null, now: Date}} props */
export function Desks({ desks, call, now }) {
  const rows = rowsShown(desks, call, now);
  return html`<section class="w-desks" aria-labelledby="desks">
    <h2 id="desks">${t("display.wall.desk")}</h2>
    <ol class=${rows.length > 6 ? "is-many" : ""}>
      ${rows.map((desk) => {
        const called = call && desk.number === call.desk && desk.ticket === call.number;
        return html`<${Row} key=${desk.number} desk=${desk} now=${Boolean(called)} />`;
      })}
    </ol>
  </section>`;
}
