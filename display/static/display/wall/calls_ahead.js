// What the screen knows of the zones: their states, and the calls that are ahead of them.
//
// A call is shouted and a state is told on ways of their own, so a call may come first. It is
// wanted then, because the caller read the database later than the state did; it is shown from
// its own facts, until a state that knows of it takes over.

/** @typedef {import("./types.js").Call} Call */
/** @typedef {import("./types.js").Invitation} Invitation */
/** @typedef {import("./types.js").ZoneState} ZoneState */

/** States follow their change within some 50 ms, or a second later when the database did not
 *  answer at once. After twice that the state is asked for: its next tick may be 15 s away. */
const PATIENCE_MS = 2000;

/** @param {ZoneState} state @param {Invitation} call
 *  @returns {boolean} whether the citizen is awaited as called */
function shows(state, call) {
  return state.awaited.some((one) => one.ticket === call.number && one.desk === call.desk);
}

/** @param {ZoneState} state @param {Invitation} call
 *  @returns {boolean} whether `state` tells less than `call` */
function isBehind(state, call) {
  // With the same seq it may still be older: PostgreSQL numbers entries before it commits them.
  return state.seq <= call.seq && !shows(state, call);
}

/** @param {ZoneState} state @param {Invitation} call
 *  @returns {ZoneState} `state` as it will be when it knows of `call` */
function withCall(state, call) {
  const { call_id, number, desk, desk_zone_id: zone_id, round, at } = call;
  const known = { call_id, ticket: number, desk, zone_id, round, at };
  /** @param {Call} one */
  const isOther = (one) => one.ticket !== number;
  return {
    ...state,
    desks: state.desks.map((one) =>
      one.number === desk ? { ...one, state: "called", ticket: number } : one
    ),
    calls: [known].concat(state.calls.filter(isOther)),
    awaited: state.awaited.filter(isOther).concat([known]),
    next: state.next.filter((one) => one !== number),
  };
}

export class Zones {
  /** @param {number[]} zoneIds the zones of this screen, in their order
   *  @param {(zoneId: number) => void} askAgain called when a zone's state is overdue */
  constructor(zoneIds, askAgain) {
    this.zoneIds = zoneIds;
    this.askAgain = askAgain;
    /** @type {Map<number, ZoneState>} */
    this.told = new Map();
    /** @type {Invitation[]} */
    this.ahead = [];
  }

  /** The zones' states as far as they are known, each with the calls that are ahead of it. */
  states() {
    /** @type {ZoneState[]} */
    const known = [];
    this.zoneIds.forEach((id) => {
      const state = this.told.get(id);
      if (!state) return;
      const calls = this.ahead.filter((call) => call.zone_id === id);
      known.push(calls.reduce(withCall, state));
    });
    return known;
  }

  /** @param {ZoneState} state */
  take(state) {
    const { id } = state.zone;
    const last = this.told.get(id);
    // A journal that was put back from a backup does not know of what was heard since.
    const back = last !== undefined && (state.epoch !== last.epoch || state.seq < last.seq);
    this.told.set(id, state);
    this.ahead = this.ahead.filter((call) => call.zone_id !== id || (!back && isBehind(state, call)));
  }

  /** @param {Invitation} call */
  hear(call) {
    const state = this.told.get(call.zone_id);
    if (state && !isBehind(state, call)) return;
    this.ahead = this.ahead.filter((one) => one.number !== call.number).concat([call]);
    setTimeout(() => {
      if (this.ahead.includes(call)) this.askAgain(call.zone_id);
    }, PATIENCE_MS);
  }

  /** Whether the citizen is awaited still, as far as anybody here knows.
   *  @param {Invitation} call */
  isWanted(call) {
    const state = this.told.get(call.zone_id);
    return !state || state.seq <= call.seq || shows(state, call);
  }
}
