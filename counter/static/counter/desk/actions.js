// What may be pressed now, and why not: one list for buttons and keys, so they never disagree.
// Which acts there are, and when each may be pressed, the server says.

import { clock, duration } from "../../shared/format.js";
import { announced } from "./announcing.js";
import { isPrivate, stillMissing } from "./draft.js";
import { named, say, secondsSince, waitSince, wordOf } from "./words.js";

/** @typedef {import("./types.js").Act} Act */
/** @typedef {import("./types.js").Action} Action */
/** @typedef {import("./types.js").AsideRow} AsideRow */
/** @typedef {import("./types.js").Model} Model */
/** @typedef {import("./types.js").Undo} Undo */

/** The one dominant act of each phase. */
const MAIN = {
  closed: "sign-on",
  break: "end-break",
  empty: "call-next",
  ready: "call-next",
  called: "start",
  serving: "finish-and-call-next",
};
/** What keeps an act back in a phase that is right for it.
 *  @type {Record<string, (model: Model) => string>} */
const HURDLES = {
  miss: missOff,
  undo: undoOff,
  finish: unfinished,
  "finish-and-call-next": unfinished,
  "set-case": caseOff,
};

/** Why nothing can be pressed at all. @param {Model} model */
function blocked(model) {
  return model.status === "lost" ? say("off.lost") : "";
}

/** Why nothing that is for `phases` can be pressed. @param {Model} model @param {string[]} phases */
function offUnless(model, phases) {
  const { phase } = model.state;
  if (phases.includes(phase)) return "";
  if (phase === "empty" && phases.includes("ready")) return say("off.nobody");
  if (phase === "ready" || phase === "empty") return say("off.no_ticket");
  return say(`off.${phase}`);
}

/** The next number as the main button tells it. @param {Model} model */
function nextHint(model) {
  const first = model.state.queue[0];
  if (!first) return say("hint.nobody");
  const facts = { number: first.number, wait: waitSince(first.free_since, model.now) };
  return say(first.standing === "priority" ? "hint.next_priority" : "hint.next", facts);
}

/** What the citizen who is served goes on with here. @param {Model} model */
function thenHint({ state }) {
  return state.current && state.current.then ? named(state.current.then) : "";
}

/** What keeps the service from being finished. @param {Model} model */
export function unfinished(model) {
  const { draft, state } = model;
  if (draft.outcome !== "returned" || isPrivate(state.current)) return "";
  return stillMissing(model).length || draft.note.trim() ? "" : say("off.missing");
}

/** How long a called number must be awaited still. @param {Model} model */
function missOff({ state, now }) {
  const { current } = state;
  if (current && announced(current, now).stage === "waiting") return say("off.unannounced");
  const from = current && current.miss_from_at;
  const left = from ? -secondsSince(from, now) : 0;
  return left > 0 ? say("off.too_early", { duration: duration(Math.ceil(left)) }) : "";
}

/** How many seconds the last act can still be taken back, 0 when it cannot. @param {Model} model */
export function undoLeft({ state, now }) {
  return state.undo ? Math.max(0, Math.ceil(-secondsSince(state.undo.until_at, now))) : 0;
}

/** Whether an act was undone and an older one stands in its place.
 *  @param {Undo | null} before @param {Undo | null} undo */
export function goesBack(before, undo) {
  return before !== null && undo !== null && undo.entry < before.entry;
}

/** @param {Model} model */
function undoOff(model) {
  const { overtaken, current } = model.state;
  if (undoLeft(model)) return "";
  const late = !overtaken || secondsSince(overtaken.until_at, model.now) > 0;
  if (late || !current) return say("off.undo");
  return say("off.overtaken", { number: overtaken.number, next: current.number });
}

/** Why there is no reason to choose. @param {Model} model */
function caseOff({ state }) {
  return state.current && !state.current.cases.length ? say("off.no_cases") : "";
}

/** The act as it may be pressed now for the desk or the number there. One that the server does
 *  not know can be pressed, too: the officer and the log are to hear of it.
 *  @param {Model} model @param {string} name @returns {Action} */
export function actionOf(model, name) {
  const act = model.boot.acts.find((one) => one.name === name);
  const { key, icon, asks, when } = act || { key: "", icon: "", asks: null, when: [model.state.phase] };
  const hurdle = HURDLES[name];
  const off = blocked(model) || offUnless(model, when) || (hurdle ? hurdle(model) : "");
  return { name, label: say(`act.${wordOf(name)}`), off, key, icon, asks };
}

/** @param {Model} model @param {(act: Act) => unknown} which */
function actionsOf(model, which) {
  return model.boot.acts.filter(which).map((act) => actionOf(model, act.name));
}

/** What the main button says beside its name. @param {Model} model */
function hintOf(model) {
  const { state } = model;
  switch (state.phase) {
    case "closed":
      return say("hint.sign_on");
    case "break": {
      const spent = state.break ? secondsSince(state.break.began_at, model.now) : 0;
      return say("hint.break", { duration: duration(spent) });
    }
    case "called":
      return say("hint.start", { number: state.current ? state.current.number : "" });
    case "serving":
      return unfinished(model) || thenHint(model) || nextHint(model);
    default:
      return nextHint(model);
  }
}

/** The one dominant action. @param {Model} model @returns {Action & {hint: string}} */
export function mainAction(model) {
  const action = actionOf(model, MAIN[model.state.phase]);
  const goesOn = model.state.phase === "serving" && model.state.current && model.state.current.then;
  if (goesOn) action.label = say("act.finish_and_go_on");
  return { ...action, hint: hintOf(model) };
}

/** The actions beside the main one, in their places. @param {Model} model */
export function sideActions(model) {
  return actionsOf(model, (act) => act.in_row);
}

/** Everything that has a key. @param {Model} model */
export function keyed(model) {
  return actionsOf(model, (act) => act.key);
}

/** Why a number that was missed can come back no more. @param {Model} model @param {AsideRow} row */
function graceOver(model, row) {
  const until = row.back_until_at;
  const over = until && secondsSince(until, model.now) > 0;
  return over ? say("off.grace_over", { at: clock(until) }) : "";
}

/** What a number that is set aside offers. @param {Model} model @param {AsideRow} row
 *  @returns {Action[]} */
export function asideActions(model, row) {
  return model.boot.acts.flatMap(({ name, aside, asks }) => {
    const phases = aside[row.state];
    if (!phases) return [];
    const late = name === "welcome-back" ? graceOver(model, row) : "";
    const off = blocked(model) || offUnless(model, phases) || late;
    const label = say(`act.${wordOf(name)}`);
    return [{ name, label, off, key: "", icon: "", asks, step_id: row.step_id }];
  });
}

/** Why the open dialog can no longer do what it asks about, as when another window was faster.
 *  @param {Model} model */
export function dialogOff(model) {
  const { dialog } = model;
  return dialog && !dialog.aside ? actionOf(model, dialog.act).off : "";
}
