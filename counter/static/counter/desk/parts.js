// The console's buttons: they say why they are impossible instead of vanishing.

import { html, Icon } from "../../shared/parts.js";

/** @typedef {import("./types.js").Action} Action */
/** @typedef {import("./types.js").Hands} Hands */
/** @typedef {import("./types.js").Model} Model */

/** A key cap; gone when single keys are switched off.
 *  @param {{model: Model, of: string}} props */
export function Key({ model, of }) {
  return of && model.shortcuts ? html`<kbd class="kbd" aria-hidden="true">${of}</kbd>` : null;
}

/** What must be said now; an open dialog says it itself, for it hides what lies behind it.
 *  @param {{model: Model}} props */
export function Toast({ model }) {
  const { toast } = model;
  return toast && html`<p class=${`toast dk-toast dk-toast--${toast.kind}`}>
    <${Icon} name=${toast.kind === "bad" ? "triangle-alert" : "info"} /><span>${toast.text}</span></p>`;
}

/** A button for one action.
 *  @param {{model: Model, hands: Hands, action: Action, cls?: string, children?: unknown}} props */
export function ActionButton({ model, hands, action, cls = "btn btn--plain", children }) {
  return html`<button
    type="button" class=${cls} aria-disabled=${action.off ? "true" : undefined}
    title=${action.off || undefined} data-act=${action.name}
    aria-keyshortcuts=${(model.shortcuts && action.key) || undefined}
    onClick=${(/** @type {MouseEvent & {currentTarget: HTMLElement}} */ event) => {
      // After the mouse, Enter means the dominant action again, not this button once more.
      if (event.detail > 0) event.currentTarget.blur();
      hands.press(action);
    }}
  >${children || action.label}</button>`;
}
