// The zones of the hall, each with its last two calls, on a screen that shows them all.

import { Flower, html, Icon } from "../../shared/parts.js";
import { language, t } from "../../shared/words.js";
import { Number } from "./lists.js";

/** @typedef {import("./types.js").Call} Call */
/** @typedef {import("./types.js").ZoneState} ZoneState */
/** @typedef {import("./panel.js").Shown} Shown */

const CALLS = 2;

/** @param {{call: Call, now: boolean}} props */
function Line({ call, now }) {
  return html`<li class=${`num ${now ? "is-now" : ""}`}>
    <span><${Number} number=${call.ticket} /></span>
    <${Icon} name="arrow-right" stroke=${2.6} /><em>${call.desk}</em>
  </li>`;
}

/** @param {{state: ZoneState, call: Shown | null}} props */
function ZoneCard({ state, call }) {
  const { zone } = state;
  const here = call !== null && call.zone.id === zone.id;
  const place = language() === "en" ? zone.place.en : zone.place.id;
  // Who is called from here to another zone stands at that one: people read where to go.
  const calls = state.calls.filter((one) => one.zone_id === zone.id);
  return html`<div class=${`w-zcard ${here ? "has-now" : ""}`} data-zone=${zone.flower}>
    <div class="w-zcard__z"><${Flower} code=${zone.flower} />${zone.name}</div>
    ${calls.length === 0 && html`<p class="w-zcard__p">${place}</p>`}
    <ul hidden=${calls.length === 0}>
      ${calls
        .slice(0, CALLS)
        .map(
          (one) => html`<${Line} key=${one.call_id} call=${one}
            now=${here && call !== null && one.ticket === call.number} />`
        )}
    </ul>
  </div>`;
}

/** @param {{states: ZoneState[], call: Shown | null}} props */
export function ZoneCards({ states, call }) {
  return html`<section class="w-zones" aria-label=${t("display.wall.calls_by_zone")}>
    ${states.map(
      (state) => html`<${ZoneCard} key=${state.zone.id} state=${state} call=${call} />`
    )}
  </section>`;
}
