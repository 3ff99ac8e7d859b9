// All who are called and awaited still, where many are called at once: in a zone, or in the hall.
//
// The panel shows one call after the other, as the loudspeaker says them. Whoever is called
// meanwhile reads here already where to go, and need not wait for either.

import { Flower, html, Icon } from "../../shared/parts.js";
import { t } from "../../shared/words.js";
import { Number } from "./lists.js";

/** @typedef {import("./types.js").Call} Call */
/** @typedef {import("./types.js").HallZone} HallZone */
/** @typedef {import("./types.js").ZoneState} ZoneState */
/** @typedef {import("./panel.js").Shown} Shown */

/** From so many on they take the place of the desks, whose rows show no more than seven, or of the
 *  zones, whose cards show two calls each. */
export const CROWD = 3;
/** More rows would be too small for the back of the hall; the rest take turns. Where something
 *  urgent stands below, there is room for fewer. */
const MOST = 12;
const MOST_ABOVE = 8;
const FEW = 7;
const TURN_MS = 8000;

/** All who are awaited, each once: a call may stand in two zones, at its desk and where its citizen
 *  sits, and one of them may know of a newer call already.
 *  @param {ZoneState[]} states
 *  @returns {Call[]} the one called first first */
export function awaitedIn(states) {
  if (states.length === 1 && states[0]) return states[0].awaited;
  return states
    .reduce((all, state) => all.concat(state.awaited), /** @type {Call[]} */ ([]))
    .sort((one, other) => one.call_id - other.call_id)
    .filter((one, place, all) => all.slice(place + 1).every((later) => later.ticket !== one.ticket));
}

/** @param {Call[]} awaited @param {number} most @param {Date} now
 *  @returns {Call[]} those to show now, the one called first first */
export function awaitedShown(awaited, most, now) {
  const turns = Math.ceil(awaited.length / most);
  const turn = turns > 1 ? Math.floor(now.getTime() / TURN_MS) % turns : 0;
  return awaited.slice(turn * most, (turn + 1) * most);
}

/** @param {{call: Call, zone: HallZone | null, now: boolean}} props */
function Row({ call, zone, now }) {
  return html`<li class=${`num ${now ? "is-now" : ""}`}>
    <b><${Number} number=${call.ticket} /></b>
    <${Icon} name="arrow-right" stroke=${2.6} />
    ${zone && html`<span class="w-await__z" data-zone=${zone.flower}><${Flower} code=${zone.flower} /></span>`}
    <em>${call.desk}</em>
  </li>`;
}

/** On a screen of the whole hall, whose `zoneId` is null, each call has the sign of its zone.
 *  @param {{awaited: Call[], zones: HallZone[], zoneId: number | null, call: Shown | null, tall: boolean,
 *   now: Date}} props */
export function Awaited({ awaited, zones, zoneId, call, tall, now }) {
  const shown = awaitedShown(awaited, tall ? MOST : MOST_ABOVE, now);
  return html`<section class=${`w-await ${tall ? "w-await--tall" : ""}`} aria-labelledby="awaited">
    <h2 id="awaited">${t("display.wall.awaited")}</h2>
    <ol class=${shown.length > FEW ? "is-many" : ""}>
      ${shown.map((one) => {
        const away = one.zone_id !== zoneId && zones.find((zone) => zone.id === one.zone_id);
        const called = call !== null && call.at === null && call.number === one.ticket;
        return html`<${Row} key=${one.call_id} call=${one} zone=${away || null} now=${called} />`;
      })}
    </ol>
  </section>`;
}
