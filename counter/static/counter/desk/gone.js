// What somebody else took away from this window, in the words that tell its officer.

import { dialogOff } from "./actions.js";
import { say } from "./words.js";

/** @typedef {import("./types.js").DeskState} DeskState */
/** @typedef {import("./types.js").Model} Model */

/** @param {Model} model */
function stepAt({ state }) {
  return state.current ? state.current.step_id : 0;
}

/** The number that was being served, and is no longer at the desk: its note may have been in
 *  somebody's hands. @param {DeskState} before @param {Model} model */
export function numberGone({ current }, model) {
  if (!current || current.state !== "serving" || current.step_id === stepAt(model)) return "";
  return say("toast.moved_on", { number: current.number });
}

/** A dialog about a number that has left the desk meanwhile must not act on the next one, and
 *  one that has become impossible must not be filled in. @param {Model} model */
export function dialogGone(model) {
  const { dialog, state, status } = model;
  if (!dialog) return "";
  const aside = state.aside.some((row) => row.step_id === dialog.step_id);
  if (dialog.step_id !== null && dialog.step_id !== stepAt(model) && !aside) {
    return say("toast.moved_on", { number: dialog.number });
  }
  return status === "lost" ? "" : dialogOff(model);
}
