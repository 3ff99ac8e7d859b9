// The console's buttons: they say why they are impossible instead of vanishing.

import { html } from "../shared/parts.js";

/** @typedef {import("./desk-types.js").Action} Action */
/** @typedef {import("./desk-types.js").Hands} Hands */
/** @typedef {import("./desk-types.js").Model} Model */

/** A key cap; gone when single keys are switched off.
 *  @param {{model: Model, of: string | undefined}} props */
export function Key({ model, of }) {
  return of && model.shortcuts ? html`<kbd class="kbd" aria-hidden="true">${of}</kbd>` : null;
}

/** A button for one action.
 *  @param {{model: Model, hands: Hands, action: Action, cls?: string, children?: unknown}} props */
export function ActionButton({ model, hands, action, cls = "btn btn--plain", children }) {
  return html`<button
    type="button" class=${cls} aria-disabled=${action.off ? "true" : undefined}
    title=${action.off || undefined} data-act=${action.name}
    aria-keyshortcuts=${model.shortcuts ? action.key : undefined}
    onClick=${(/** @type {MouseEvent & {currentTarget: HTMLElement}} */ event) => {
      // After the mouse, Enter means the dominant action again, not this button once more.
      if (event.detail > 0) event.currentTarget.blur();
      hands.press(action);
    }}
  >${children || action.label}</button>`;
}
