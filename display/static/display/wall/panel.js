// The panel of the call: yellow while it is being called, white afterwards.

import { clock, numberParts } from "../../shared/format.js";
import { Flower, html, Icon } from "../../shared/parts.js";
import { language, t } from "../../shared/words.js";

/** @typedef {import("./types.js").Model} Model */
/** @typedef {import("./types.js").Zone} Zone */
/** What the panel shows; `at` is null while it is being called.
 *  @typedef {{number: string, desk: string, round: number, at: string | null, zone: Zone,
 *   language: string}} Shown */

const LAST_ROUND = 3;

/** The call to show: the one that is being announced, or else the newest of all.
 *  @param {Model} model
 *  @returns {Shown | null} */
export function onThePanel({ boot, states, current }) {
  if (current && current.number) {
    // Whatever is said is shown, even before the first state of its zone has come.
    const zone = boot.zones.find((one) => one.id === current.desk_zone_id);
    const { number, desk, round, language: spoken } = current;
    return zone ? { number, desk, round, at: null, zone, language: spoken } : null;
  }
  /** @type {Shown | null} */
  let newest = null;
  let newestId = -1;
  states.forEach((state) => {
    const call = state.calls[0];
    if (!call || call.call_id <= newestId) return;
    newestId = call.call_id;
    const { ticket, desk, round, at } = call;
    const zone = boot.zones.find((one) => one.id === call.zone_id) || state.zone;
    newest = { number: ticket, desk, round, at, zone, language: language() };
  });
  return newest;
}

/** @param {Shown} call @param {boolean} lost */
function label(call, lost) {
  if (call.at === null) {
    if (call.round >= LAST_ROUND) return t("display.wall.last");
    return call.round > 1 ? t("display.wall.again") : t("display.wall.go");
  }
  return lost
    ? t("display.wall.called_last_at", { time: clock(call.at) })
    : t("display.wall.called_last");
}

/** @param {Model & {call: Shown | null}} props */
export function Panel({ boot, call, lostSince }) {
  if (!call) {
    return html`<section class="w-call w-call--empty">
      <${Icon} name="megaphone" stroke=${1.6} /><p>${t("display.wall.nobody")}</p>
    </section>`;
  }
  const { letter, digits } = numberParts(call.number);
  const { zone } = call;
  const calling = call.at === null;
  const other = language() === "en" ? "id" : "en";
  return html`<section class="w-call" data-zone=${zone.flower}>
    <div class="w-call__top">
      <span class="w-call__lab">
        ${calling && html`<${Icon} name="volume-2" />`}${label(call, lostSince !== null)}
      </span>
      ${calling &&
      call.language !== language() &&
      html`<span class="w-call__other" lang=${other}>${t("display.wall.go_second")}</span>`}
    </div>
    <p class=${`w-num num ${letter.length > 1 ? "w-num--two" : ""}`}>${letter}<i></i>${digits}</p>
    <div class="w-to">
      <span class="w-to__z"><${Flower} code=${zone.flower} /></span>
      <span class="w-to__g">
        <span class="w-to__t">${t("display.wall.desk")}</span><b class="num">${call.desk}</b>
      </span>
      ${boot.zone_id !== zone.id &&
      html`<span class="w-to__n">${t("display.wall.zone_word")}<br />${zone.bare_name}</span>`}
      ${boot.arrow &&
      (boot.zone_id === null || boot.zone_id === zone.id) &&
      html`<span class="w-to__a"><${Icon} name=${`arrow-${boot.arrow}`} stroke=${2.8} /></span>`}
    </div>
    ${calling && html`<span class="w-ring"></span><span class="w-ring w-ring--2"></span>`}
    <p class="sr" role="alert">
      ${calling && `${call.number}, ${t("display.wall.desk")} ${call.desk}`}
    </p>
  </section>`;
}
