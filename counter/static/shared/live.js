// The line to the server: follows topics, notices silence, and is right again after a break.

import { io } from "/static/vendor/socket.io.js";
import { ServerTime } from "./servertime.js";

/** @typedef {{seq: number, now: string, epoch: string, [field: string]: any}} State */
/** @typedef {{onState: (state: any) => void, onEvent: (kind: string, payload: any) => void}} Ear */
/** @typedef {{ears: Set<Ear>, last: State | null, settled: boolean}} Following */
/** @typedef {{ok: boolean, state?: State, code?: string}} Answer */
/** @typedef {{now: string, seq: number, epoch: string, rate: number, halted: string}} Heartbeat */
/** @typedef {"connecting" | "live" | "lost"} Status */

// The server beats every 2 s: one beat may be missed, but not two, and 5 s must not pass.
const SILENCE_MS = 4200;
const LOOK_MS = 250;
// After a sleep the line has this long to prove that it is still there.
const PROOF_MS = 1000;
const ANSWER_MS = 3000;
// What a slow line needs is found by waiting twice as long each time, but never longer than this.
const LONGEST_MS = 24000;
const SHORT_MS = 1500;
const SLOW_MS = 8000;

/** @param {State} state
 *  @param {State | null} last
 *  @returns {boolean} whether `state` tells more than `last`; a tick has the seq it had before */
export function isNewer(state, last) {
  if (!last || state.epoch !== last.epoch) return true;
  if (state.seq !== last.seq) return state.seq > last.seq;
  return Date.parse(state.now) >= Date.parse(last.now);
}

/** Keeps one page in step. The server sends whole states, never differences: a screen that
 *  missed ten calls is right again with the eleventh. Emits "status". */
export class Live {
  /** @param {string} [now] - the server's time when it drew the page, ISO 8601 */
  constructor(now) {
    // Televisions of 2019 cannot make an EventTarget of their own; every one has fragments.
    this._ears = document.createDocumentFragment();
    /** @type {Status} */
    this.status = "connecting";
    this._time = new ServerTime();
    if (now) this._time.read(now);
    this._heardAt = performance.now();
    this._lookedAt = Date.now();
    /** The server's time at its last sign of life, in milliseconds; 0 before the first. */
    this.lastSeenAt = 0;
    /** Why the server, which answers, keeps nothing any more: a refusal's code, else "". What
     *  stands on the screen grows old then, as if the line were lost. */
    this.halted = "";
    this._slowMs = SLOW_MS;
    /** @type {Map<string, Following>} */
    this._followed = new Map();
    this._socket = io({
      transports: ["websocket"],
      reconnectionDelay: 300,
      // Pauses vary, and none is longer than this: a screen is right again within 2 s.
      reconnectionDelayMax: 900,
      timeout: 4000,
    });
    this._listen();
    this._watch();
  }

  /** Listens to "status". @param {string} kind @param {() => void} listener */
  addEventListener(kind, listener) {
    this._ears.addEventListener(kind, listener);
  }

  /** @param {string} kind @param {() => void} listener */
  removeEventListener(kind, listener) {
    this._ears.removeEventListener(kind, listener);
  }

  /** The server's time now. */
  now() {
    return new Date(this._time.nowMs());
  }

  /** Calls `onState` with every newer state of `topic` and `onEvent` with what is heard once;
   *  onEvent("refused", {code}) when the server says no. Returns a function that stops it.
   *  @param {string} topic
   *  @param {(state: any) => void} onState
   *  @param {(kind: string, payload: any) => void} [onEvent]
   *  @returns {() => void} */
  follow(topic, onState, onEvent = () => undefined) {
    const ear = { onState, onEvent };
    const known = this._followed.get(topic);
    const following = known || { ears: new Set(), last: null, settled: false };
    following.ears.add(ear);
    this._followed.set(topic, following);
    if (!known) this._ask(topic, following);
    else if (known.last) onState(known.last);
    return () => this._leave(topic, following, ear);
  }

  /** Asks for the state of a topic that is followed, because something else is ahead of it.
   *  @param {string} topic */
  askAgain(topic) {
    const following = this._followed.get(topic);
    if (following) this._ask(topic, following);
  }

  _listen() {
    const socket = this._socket;
    socket.on("connect", () => this._begin());
    socket.on("heartbeat", (/** @type {Heartbeat} */ beat) => this._beat(beat));
    socket.on("state", (/** @type {string} */ topic, /** @type {State} */ state) => {
      this._heard();
      this._take(this._followed.get(topic), state);
    });
    socket.on("shout", (/** @type {string} */ topic, /** @type {string} */ kind, payload) => {
      this._heard();
      const following = this._followed.get(topic);
      if (following) following.ears.forEach((ear) => ear.onEvent(kind, payload));
    });
    socket.on("disconnect", (reason) => {
      // Sent away: the device was withdrawn or somebody signed out. Come back as who we are now.
      if (reason === "io server disconnect") setTimeout(() => socket.connect(), 300);
    });
    socket.io.on("reconnect_attempt", (count) => {
      // Short tries find a returning server soon; every fourth gives a slow line its time. How
      // much that is, it learns until it is first heard: a long try in a pulled cable only delays.
      const slow = count % 4 === 0;
      if (slow && !this.lastSeenAt) this._slowMs = Math.min(2000 * count, LONGEST_MS);
      socket.io.timeout(slow ? this._slowMs : SHORT_MS);
    });
  }

  /** A new connection asks for everything again, and believes its first answers: the journal
   *  may have been put back from a backup. */
  _begin() {
    this._followed.forEach((following, topic) => {
      following.settled = false;
      following.last = null;
      this._ask(topic, following);
    });
    this._heard();
  }

  /** @param {string} topic @param {Following} following @param {number} patienceMs */
  _ask(topic, following, patienceMs = ANSWER_MS) {
    const socket = this._socket;
    if (!socket.connected) return;
    const connection = socket.id;
    socket.timeout(patienceMs).emit(
      "follow",
      { topic },
      (/** @type {Error | null} */ silence, /** @type {Answer} */ answer) => {
        if (socket.id !== connection || this._followed.get(topic) !== following) return;
        if (silence) this._ask(topic, following, Math.min(2 * patienceMs, LONGEST_MS));
        else this._answered(following, answer);
      }
    );
  }

  /** @param {Following} following @param {Answer} answer */
  _answered(following, answer) {
    following.settled = true;
    if (answer.state) this._take(following, answer.state);
    else following.ears.forEach((ear) => ear.onEvent("refused", { code: answer.code }));
    this._heard();
  }

  /** @param {Following | undefined} following @param {State} state */
  _take(following, state) {
    if (!following || !isNewer(state, following.last)) return;
    following.last = state;
    following.ears.forEach((ear) => ear.onState(state));
  }

  /** @param {string} topic @param {Following} following @param {Ear} ear */
  _leave(topic, following, ear) {
    following.ears.delete(ear);
    if (following.ears.size || this._followed.get(topic) !== following) return;
    this._followed.delete(topic);
    if (this._socket.connected) this._socket.emit("unfollow", { topic });
  }

  /** @param {Heartbeat} beat */
  _beat(beat) {
    this._time.read(beat.now, beat.rate);
    const changed = this.halted !== (beat.halted || "");
    this.halted = beat.halted || "";
    this._heard();
    if (changed && this.status === "lost") this._tell();
  }

  _heard() {
    this._heardAt = performance.now();
    if (this.halted && this.lastSeenAt) {
      this._become("lost");
      return;
    }
    if (this._time.known) this.lastSeenAt = this._time.nowMs();
    if (this.halted) return;
    const settled = Array.from(this._followed.values()).every((following) => following.settled);
    if (settled && this._socket.connected) this._become("live");
  }

  _watch() {
    setInterval(() => this._look(), LOOK_MS);
    const woke = () => this._wake();
    window.addEventListener("online", woke);
    window.addEventListener("pageshow", (event) => event.persisted && woke());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) woke();
    });
  }

  _look() {
    // The device's clock tells how long it slept; performance.now() may stand still meanwhile.
    const slept = Math.abs(Date.now() - this._lookedAt) > 2000 + LOOK_MS && !document.hidden;
    this._lookedAt = Date.now();
    if (slept) this._wake();
    if (performance.now() - this._heardAt < SILENCE_MS) return;
    this._become("lost");
    if (this._socket.connected) this._redial();
  }

  /** After a sleep: asks whether the line still stands, and gives it a second to answer. */
  _wake() {
    const socket = this._socket;
    if (!socket.connected) {
      this._redial();
      return;
    }
    this._heardAt = performance.now() - SILENCE_MS + PROOF_MS;
    socket.emit("here", (/** @type {Heartbeat} */ beat) => this._beat(beat));
  }

  /** Drops a line that is silent, or a pause between two tries, and dials at once. */
  _redial() {
    this._socket.disconnect().connect();
  }

  /** @param {Status} status */
  _become(status) {
    if (status === this.status) return;
    this.status = status;
    this._tell();
  }

  _tell() {
    this._ears.dispatchEvent(new CustomEvent("status", { detail: this.status }));
  }
}
