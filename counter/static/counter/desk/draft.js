// How the officer is about to finish, and the facts that each act carries to the server.

/** @typedef {import("./types.js").DeskState} DeskState */
/** @typedef {import("./types.js").Draft} Draft */
/** @typedef {import("./types.js").Model} Model */

/** @param {DeskState} state @returns {Draft} */
function newDraft({ current }) {
  return {
    step_id: current ? current.step_id : 0,
    outcome: (current && current.outcomes[0]) || "issued",
    missing: [],
    note: current ? current.written : "",
  };
}

// A window's own store: it outlives a reload and the way through the door, and no other window
// or later day reads it.
const KEPT = "desk.drafts";

/** @typedef {Draft & {user: number}} Kept */

/** @returns {Kept[]} the newest first */
function stored() {
  return JSON.parse(sessionStorage.getItem(KEPT) || "[]");
}

/** @param {Kept[]} drafts */
function store(drafts) {
  if (drafts.length) sessionStorage.setItem(KEPT, JSON.stringify(drafts));
  else sessionStorage.removeItem(KEPT);
}

/** The draft that this window kept of the step at the desk, else a new one. So is that
 *  of the step just finished kept, for as long as it may be undone; what was typed about any other
 *  citizen, or by somebody else, is forgotten and never shown.
 *  @param {DeskState} state @param {number} user @returns {Draft} */
export function keptDraft(state, user) {
  const fresh = newDraft(state);
  const { current, undo } = state;
  const steps = [fresh.step_id, undo && undo.step_id];
  const drafts = stored().filter((one) => one.user === user && steps.includes(one.step_id));
  store(drafts);
  const kept = drafts.find((one) => one.step_id === fresh.step_id);
  if (!current || !kept) return fresh;
  const papers = current.requirements.map((paper) => paper.id);
  return {
    step_id: fresh.step_id,
    outcome: current.outcomes.includes(kept.outcome) ? kept.outcome : fresh.outcome,
    missing: papers.filter((paper) => kept.missing.includes(paper)),
    note: isPrivate(current) ? "" : String(kept.note),
  };
}

/** @param {Draft} draft @param {number} user */
export function keepDraft(draft, user) {
  const others = stored().filter((one) => one.step_id !== draft.step_id);
  store([{ user, ...draft }, ...others]);
}

/** Whether nothing of why is kept of this service. @param {DeskState["current"]} current */
export function isPrivate(current) {
  return current !== null && current.outcomes.length === 2;
}

/** The papers that are missing: what was found after all is ticked, and missing no longer, and
 *  what the reason does not ask for never was. @param {Model} model */
export function stillMissing({ draft, checked, state }) {
  const asked = state.current ? state.current.requirements.map((paper) => paper.id) : [];
  return draft.missing.filter((paper) => asked.includes(paper) && !checked.includes(paper));
}

/** The note that goes with a number that comes back or moves on: the new one, or the one it brought.
 *  @param {DeskState} state @param {Draft} draft */
export function handedOn({ current }, draft) {
  return draft.note.trim() || (current ? current.note : "");
}

/** An act as this page cannot send it: page and server do not speak of the same thing. */
export class Strange extends Error {
  /** @param {string} why */
  constructor(why) {
    super(why);
    this.name = "Strange";
  }
}

/** The step that is meant: that of the open dialog, else the one at the desk. @param {Model} model */
function stepOf({ dialog, state }) {
  if (dialog) return dialog.step_id || undefined;
  return state.current ? state.current.step_id : undefined;
}

/** Where a fact stands that nobody said. @type {Record<string, (model: Model) => unknown>} */
const KNOWN = {
  step_id: stepOf,
  entry: ({ state }) => (state.undo ? state.undo.entry : undefined),
  outcome: ({ draft }) => draft.outcome,
  missing: (model) => (model.draft.outcome === "returned" ? stillMissing(model) : []),
  note: ({ draft }) => draft.note,
  reason: ({ state, draft }) => handedOn(state, draft),
};

/** What a press tells the server: all that the act carries, as `said` or as it is known here.
 *  Throws Strange for an act that the server does not know, for a fact too many and one too few.
 *  @param {Model} model @param {string} name @param {Record<string, unknown>} said
 *  @returns {Record<string, unknown>} */
export function factsOf(model, name, said) {
  const act = model.boot.acts.find((one) => one.name === name);
  if (!act) throw new Strange(`the server knows no act "${name}"`);
  const extra = Object.keys(said).filter((fact) => !(fact in act.carries));
  if (extra.length) throw new Strange(`the act "${name}" carries no ${extra.join(", ")}`);
  /** @type {Record<string, unknown>} */
  const facts = {};
  Object.entries(act.carries).forEach(([fact, needed]) => {
    const known = KNOWN[fact];
    const value = fact in said ? said[fact] : known && known(model);
    if (value !== undefined) facts[fact] = value;
    else if (needed) throw new Strange(`the act "${name}" needs ${fact}, which nobody said`);
  });
  return facts;
}
