// How the officer is about to finish, and the facts that each act carries to the server.

/** @typedef {import("./desk-types.js").Action} Action */
/** @typedef {import("./desk-types.js").DeskState} DeskState */
/** @typedef {import("./desk-types.js").Draft} Draft */
/** @typedef {import("./desk-types.js").Model} Model */

/** @param {DeskState} state @returns {Draft} */
export function newDraft({ current }) {
  return {
    step_id: current ? current.step_id : 0,
    outcome: (current && current.outcomes[0]) || "issued",
    missing: [],
    note: "",
  };
}

/** The note that goes with a number that comes back or moves on: the new one, or the one it brought.
 *  @param {DeskState} state @param {Draft} draft */
export function handedOn({ current }, draft) {
  return draft.note.trim() || (current ? current.note : "");
}

/** What `action` tells the server: always the step it was meant for.
 *  @param {Model} model @param {Action} action
 *  @returns {Record<string, unknown>} */
export function factsOf({ state, draft }, action) {
  const step_id = action.step_id || (state.current ? state.current.step_id : null);
  switch (action.name) {
    case "finish":
    case "finish-and-call-next": {
      const missing = draft.outcome === "returned" ? draft.missing : [];
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
