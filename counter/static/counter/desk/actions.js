// What may be pressed now, and why not: one list for buttons and keys, so they never disagree.

import { clock, duration } from "../../shared/format.js";
import { isPrivate, stillMissing } from "./draft.js";
import { minutesSince, say, secondsSince } from "./words.js";

/** @typedef {import("./types.js").Action} Action */
/** @typedef {import("./types.js").AsideRow} AsideRow */
/** @typedef {import("./types.js").DeskState} DeskState */
/** @typedef {import("./types.js").Model} Model */

const AT_DESK = ["called", "serving"];

/** Why nothing can be pressed at all. @param {Model} model */
function blocked(model) {
  return model.status === "lost" ? say("off.lost") : "";
}

/** The next number as the main button tells it. @param {Model} model */
function nextHint(model) {
  const first = model.state.queue[0];
  if (!first) return say("hint.nobody");
  const facts = { number: first.number, minutes: minutesSince(first.since, model.now) };
  return say(first.standing === "priority" ? "hint.next_priority" : "hint.next", facts);
}

/** What keeps the service from being finished. @param {Model} model */
export function unfinished(model) {
  const { draft, state } = model;
  if (draft.outcome !== "returned" || isPrivate(state.current)) return "";
  return stillMissing(model).length || draft.note.trim() ? "" : say("off.missing");
}

/** The one dominant action. @param {Model} model @returns {Action} */
export function mainAction(model) {
  const { state } = model;
  const off = blocked(model);
  const number = state.current ? state.current.number : "";
  switch (state.phase) {
    case "closed":
      return { name: "sign-on", label: say("act.sign_on"), hint: say("hint.sign_on"), off };
    case "break": {
      const spent = state.break ? secondsSince(state.break.began_at, model.now) : 0;
      const hint = say("hint.break", { duration: duration(spent) });
      return { name: "end-break", label: say("act.end_break"), hint, off };
    }
    case "called":
      return { name: "start", label: say("act.start"), hint: say("hint.start", { number }), off };
    case "serving": {
      const hint = unfinished(model) || nextHint(model);
      const label = say("act.finish_and_call");
      return { name: "finish-and-call-next", label, hint, off: off || unfinished(model) };
    }
    default: {
      const empty = state.phase === "empty" ? say("off.nobody") : "";
      return { name: "call-next", label: say("act.call_next"), hint: nextHint(model), off: off || empty };
    }
  }
}

/** @param {Model} model @param {string[]} phases @param {string} [more] */
function offUnless(model, phases, more = "") {
  const lost = blocked(model);
  if (lost) return lost;
  if (phases.includes(model.state.phase)) return more;
  const { phase } = model.state;
  if (phase === "closed") return say("off.closed");
  if (phase === "break") return say("off.break");
  if (phase === "called") return say("off.called");
  if (phase === "serving") return say("off.serving");
  return say("off.no_ticket");
}

/** How long a called number must be awaited still. @param {Model} model */
function missOff({ state, now }) {
  const from = state.current && state.current.miss_from_at;
  const left = from ? -secondsSince(from, now) : 0;
  return left > 0 ? say("off.too_early", { duration: duration(Math.ceil(left)) }) : "";
}

/** The actions beside the main one, in their places. @param {Model} model @returns {Action[]} */
export function sideActions(model) {
  return [
    { name: "call-again", key: "U", icon: "repeat", off: offUnless(model, ["called"]) },
    { name: "hold", key: "T", icon: "pause", off: offUnless(model, ["serving"]) },
    { name: "transfer", key: "A", icon: "corner-up-right", off: offUnless(model, AT_DESK) },
    { name: "miss", key: "H", icon: "user-x", off: offUnless(model, ["called"], missOff(model)) },
    { name: "finish", key: "S", icon: "check", off: offUnless(model, ["serving"], unfinished(model)) },
  ].map((action) => {
    const whole = { ...action, label: say(`act.${action.name.replace("-", "_")}`) };
    return action.name === "transfer" ? { ...whole, dialog: /** @type {const} */ ("transfer") } : whole;
  });
}

/** @param {Model} model @returns {Action} */
export function breakAction(model) {
  const label = say("act.break");
  return { name: "break", dialog: "break", key: "I", label, off: offUnless(model, ["ready", "empty"]) };
}

/** @param {Model} model @returns {Action} */
export function numberAction(model) {
  const label = say("act.call_number");
  return { name: "number", dialog: "number", key: "C", label, off: offUnless(model, ["ready", "empty"]) };
}

/** @param {Model} model @returns {Action} */
export function addAction(model) {
  const label = say("act.add");
  return { name: "add", dialog: "add", key: "L", label, off: offUnless(model, AT_DESK) };
}

/** @param {Model} model @returns {Action} */
export function cancelAction(model) {
  const label = say("act.cancel");
  return { name: "cancel", dialog: "cancel", label, off: offUnless(model, ["called"]) };
}

/** @param {Model} model @returns {Action} */
export function signOffAction(model) {
  const label = say("act.sign_off");
  return { name: "sign-off", label, off: offUnless(model, ["ready", "empty", "break"]) };
}

/** What a held or missed number offers. @param {Model} model @param {AsideRow} row */
export function asideActions(model, row) {
  const resumable = offUnless(model, ["ready", "empty"]);
  const until = row.back_until_at;
  const over = until && secondsSince(until, model.now) > 0;
  const back = blocked(model) || (over ? say("off.grace_over", { at: clock(until) }) : "");
  /** @type {Action} */
  const main =
    row.state === "held"
      ? { name: "resume", label: say("act.resume"), off: resumable, step_id: row.step_id }
      : { name: "welcome-back", label: say("act.welcome_back"), off: back, step_id: row.step_id };
  /** @type {Action} */
  const cancel = {
    name: "cancel", dialog: "cancel", label: say("act.cancel_number", { number: row.number }),
    off: blocked(model), step_id: row.step_id,
  };
  return { main, cancel };
}

/** Why the open dialog can no longer do what it asks about, as when another window was faster.
 *  @param {Model} model */
export function dialogOff(model) {
  const asked = model.dialog && model.dialog.name;
  if (asked === "break") return breakAction(model).off;
  if (asked === "number") return numberAction(model).off;
  if (asked === "add") return addAction(model).off;
  return asked === "transfer" ? offUnless(model, AT_DESK) : "";
}

/** Everything that has a key. @param {Model} model */
export function keyed(model) {
  return [...sideActions(model), breakAction(model), numberAction(model), addAction(model)];
}
