// How the officer is about to finish, and the facts that each act carries to the server.

/** @typedef {import("./types.js").Action} Action */
/** @typedef {import("./types.js").DeskState} DeskState */
/** @typedef {import("./types.js").Draft} Draft */
/** @typedef {import("./types.js").Model} Model */

/** @param {DeskState} state @returns {Draft} */
export function newDraft({ current }) {
  return {
    step_id: current ? current.step_id : 0,
    outcome: (current && current.outcomes[0]) || "issued",
    missing: [],
    note: "",
  };
}

/** Whether nothing of why is kept of this service. @param {DeskState["current"]} current */
export function isPrivate(current) {
  return current !== null && current.outcomes.length === 2;
}

/** The papers that are missing: what was found after all is ticked, and missing no longer.
 *  @param {Model} model */
export function stillMissing({ draft, checked }) {
  return draft.missing.filter((paper) => !checked.includes(paper));
}

/** The note that goes with a number that comes back or moves on: the new one, or the one it brought.
 *  @param {DeskState} state @param {Draft} draft */
export function handedOn({ current }, draft) {
  return draft.note.trim() || (current ? current.note : "");
}

/** What `action` tells the server: always the step it was meant for.
 *  @param {Model} model @param {Action} action
 *  @returns {Record<string, unknown>} */
export function factsOf(model, action) {
  const { state, draft } = model;
  const step_id = action.step_id || (state.current ? state.current.step_id : null);
  switch (action.name) {
    case "finish":
    case "finish-and-call-next": {
      const missing = draft.outcome === "returned" ? stillMissing(model) : [];
      return { step_id, outcome: draft.outcome, missing, note: draft.note };
    }
    case "hold":
      return { step_id, reason: handedOn(state, draft) };
    case "start":
    case "call-again":
    case "miss":
    case "resume":
    case "welcome-back":
      return { step_id };
    default:
      return {};
  }
}
