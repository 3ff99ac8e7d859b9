// The corner card: what everybody should know now, and else advice in turns.

import { clock } from "../../shared/format.js";
import { html } from "../../shared/parts.js";
import { language, t } from "../../shared/words.js";

/** @typedef {import("./types.js").Model} Model */
/** @typedef {{head: string, text: string}} Said */

const TURN_MS = 12000;

/** @param {string} key
 *  @param {Record<string, unknown>} [facts] */
function pair(key, facts = {}) {
  return { head: t(`display.wall.${key}`), text: t(`display.wall.${key}_do`, facts) };
}

/** What must be said now, if anything: a notice, the sound, a break, the end of the intake.
 *  @param {Model} model
 *  @returns {Said | null} */
export function urgent({ boot, states, current, sound }) {
  if (current && current.text) {
    const said = language() === "en" ? current.text.en : current.text.id;
    return { head: t("display.wall.notice"), text: said || current.text.id };
  }
  if (boot.voice && sound === "blocked") return pair("sound_blocked");
  if (boot.voice && sound === "none") return pair("sound_none");
  const state = states[0];
  if (state && state.phase === "break" && state.serves_at) {
    const time = clock(state.serves_at);
    return {
      head: t("display.wall.hall_break"),
      text: t("display.wall.hall_break_until", { time }),
    };
  }
  return state && state.phase === "cut_off" && state.closes_at
    ? pair("cut_off", { time: clock(state.closes_at) })
    : null;
}

/** @param {Model} model
 *  @returns {Said} */
function inTurns({ boot, states, now }) {
  const said = [pair("tip_phone"), pair("tip_missed")];
  const state = states[0];
  // The zones of a whole hall cannot be added up: a ticket may wait in two of them.
  if (boot.zone_id !== null && state) {
    const text = t("display.wall.people", { n: state.waiting });
    said.unshift({ head: t("display.wall.waiting"), text });
  }
  const turn = Math.floor(now.getTime() / TURN_MS) % said.length;
  return /** @type {Said} */ (said[turn]);
}

/** @param {Model} model */
export function Card(model) {
  const now = urgent(model);
  const { head, text } = now || inTurns(model);
  return html`<aside class=${`w-media ${now ? "is-urgent" : ""}`}>
    <p>${head}</p><b>${text}</b>
  </aside>`;
}
