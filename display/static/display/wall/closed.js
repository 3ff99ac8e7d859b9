// The screen while the hall is closed: when it opens, and where to go then.

import { clock, day } from "../../shared/format.js";
import { Flower, html } from "../../shared/parts.js";
import { language, t } from "../../shared/words.js";

/** @typedef {import("./types.js").HallZone} HallZone */
/** @typedef {import("./types.js").Model} Model */

/** @param {string} sign */
const counted = (sign) => (/^[0-9]+$/.test(sign) ? Number(sign) : NaN);

/** @param {string[]} run @param {string} sign */
const follows = (run, sign) => counted(run[run.length - 1] || "") === counted(sign) - 1;

/** "1–6", "1, 3, 7–9, 4K1": runs of desks drawn together. Only plain numbers make a run.
 *  @param {string[]} signs in their order */
export function runs(signs) {
  /** @type {string[][]} */
  const found = [];
  signs.forEach((sign) => {
    const last = found[found.length - 1];
    if (last && follows(last, sign)) last.push(sign);
    else found.push([sign]);
  });
  return found
    .map((run) => (run.length > 1 ? `${run[0]}–${run[run.length - 1]}` : String(run[0])))
    .join(", ");
}

/** @param {Model} model */
function opening({ states, now }) {
  const next = states[0] && states[0].serves_at;
  if (!next) return t("display.wall.closed_now");
  const time = clock(next);
  if (day(next) === day(now)) return t("display.wall.opens_today", { time });
  return t("display.wall.opens_later", { day: day(next), time });
}

/** When numbers are given again: on a day that is named, unless it is this one.
 *  @param {string} next @param {Date} now */
function numbersFrom(next, now) {
  const time = clock(next);
  if (day(next) === day(now)) return t("display.wall.numbers_from", { time });
  return t("display.wall.numbers_from_day", { day: day(next), time });
}

/** Why the hall is closed, if the day has a name, and when numbers are given again.
 *  @param {Model} model */
function Why({ states, now }) {
  const state = states[0];
  const next = state && state.next_at;
  const holiday = state && state.holiday;
  return html`<p>
    ${holiday && html`${t("display.wall.holiday", { name: holiday })}<br />`}
    ${next && html`${numbersFrom(next, now)}<br />`}
    ${t("display.wall.how_called")}
  </p>`;
}

/** @param {{zone: HallZone}} props */
function ZoneLine({ zone }) {
  const needs = zone.needs.map((need) => (language() === "en" ? need.en : need.id)).join(", ");
  return html`<li data-zone=${zone.flower}>
    <span><${Flower} code=${zone.flower} /></span>
    <div><b>${t("display.wall.zone", { name: zone.bare_name })}</b><small>${needs}</small></div>
    <em>${t("display.wall.desk")}<b class="num">${runs(zone.desks)}</b></em>
  </li>`;
}

/** @param {Model} model */
export function Closed(model) {
  return html`<main class="w-idle">
    <div>
      <h2>${opening(model)}</h2>
      <${Why} ...${model} />
    </div>
    <ul>
      ${model.boot.zones.map((zone) => html`<${ZoneLine} key=${zone.id} zone=${zone} />`)}
    </ul>
  </main>`;
}
