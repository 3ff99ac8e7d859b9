// The two lines under the panel: who was called before, and who comes next.

import { numberParts } from "../../shared/format.js";
import { html, Icon } from "../../shared/parts.js";
import { t } from "../../shared/words.js";

/** @typedef {import("./types.js").ZoneState} ZoneState */
/** @typedef {import("./panel.js").Shown} Shown */

const RECENT = 3;
const COMING = 4;

/** @param {{number: string}} props */
export function Number({ number }) {
  const { letter, digits } = numberParts(number);
  return html`${letter}<i></i>${digits}`;
}

/** @param {{states: ZoneState[], call: Shown | null}} props */
export function Recent({ states, call }) {
  const calls = states
    .reduce((all, state) => all.concat(state.calls), /** @type {ZoneState["calls"]} */ ([]))
    .filter((one) => !call || one.ticket !== call.number)
    // In a whole hall a call may stand in two zones: at its desk, and where its citizen sits.
    .filter((one, place, all) => all.findIndex((other) => other.call_id === one.call_id) === place)
    .sort((one, other) => other.call_id - one.call_id)
    .slice(0, RECENT);
  return html`<div class="w-line">
    <h2>${t("display.wall.recent")}</h2>
    ${calls.map(
      (one) => html`<span key=${one.call_id} class="w-pair num">
        <b><${Number} number=${one.ticket} /></b>
        <${Icon} name="arrow-right" stroke=${2.6} /><em>${one.desk}</em>
      </span>`
    )}
  </div>`;
}

/** Who comes next: of one zone in order, of the whole hall one zone after the other.
 *  @param {ZoneState[]} states
 *  @returns {string[]} */
export function comingNext(states) {
  /** @type {string[]} */
  const numbers = [];
  for (let place = 0; place < COMING; place += 1) {
    states.forEach((state) => {
      const number = state.next[place];
      // A ticket with two steps waits in two zones at once.
      if (number && !numbers.includes(number)) numbers.push(number);
    });
  }
  return numbers.slice(0, COMING);
}

/** @param {{states: ZoneState[]}} props */
export function Coming({ states }) {
  return html`<div class="w-line w-line--next">
    <h2>${t("display.wall.next")}</h2>
    ${comingNext(states).map(
      (number) => html`<span key=${number} class="w-next num"><${Number} number=${number} /></span>`
    )}
  </div>`;
}
