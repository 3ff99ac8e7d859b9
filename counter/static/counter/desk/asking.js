// What the forms of several questions share: their buttons, a reason to write, a case to choose.

import { html } from "../../shared/parts.js";
import { named, say } from "./words.js";

/** @typedef {import("./types.js").CaseChoice} CaseChoice */
/** @typedef {import("./types.js").Hands} Hands */
/** @typedef {Event & {currentTarget: HTMLInputElement}} Written */
/** @typedef {Event & {currentTarget: HTMLSelectElement}} Chosen */

/** @param {{label: string, off: boolean, busy: boolean, hands: Hands}} props */
export function Buttons({ label, off, busy, hands }) {
  return html`<footer>
    <button type="button" class="btn btn--plain" onClick=${hands.closeDialog}>${say("ask.back")}</button>
    <button class="btn btn--primary" disabled=${off || busy}>${label}</button>
  </footer>`;
}

/** @param {{value: string, label: string, first?: boolean, onWrite: (text: string) => void}} props */
export function Reason({ value, label, first = false, onWrite }) {
  return html`<div class="field"><label for="reason">${label}</label>
    <input class="input" id="reason" type="text" maxlength="200" autocomplete="off" value=${value}
      data-first=${first ? "" : undefined}
      onInput=${(/** @type {Written} */ event) => onWrite(event.currentTarget.value)} /></div>`;
}

/** Enter sends the form from a choice as from a written field; browsers do nothing with it there.
 *  @param {KeyboardEvent & {currentTarget: HTMLSelectElement}} event */
function entered(event) {
  if (event.key !== "Enter" || event.repeat) return;
  event.preventDefault();
  if (event.currentTarget.form) event.currentTarget.form.requestSubmit();
}

/** Why another service is needed; it may stay open. Nothing for a service without cases.
 *  @param {{cases: CaseChoice[], chosen: string, onChoose: (id: string) => void}} props */
export function CaseField({ cases, chosen, onChoose }) {
  if (!cases.length) return null;
  return html`<div class="field"><label for="case">${say("ask.case")}</label>
    <select class="input" id="case" value=${chosen} onKeyDown=${entered}
      onChange=${(/** @type {Chosen} */ event) => onChoose(event.currentTarget.value)}>
      <option value="">${say("ask.case_open")}</option>
      ${cases.map((one) => html`<option key=${one.id} value=${one.id}>${named(one.name)}</option>`)}
    </select></div>`;
}

/** @param {() => void} act */
export function submitted(act) {
  return (/** @type {Event} */ event) => {
    event.preventDefault();
    act();
  };
}
