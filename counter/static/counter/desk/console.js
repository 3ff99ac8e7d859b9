// The console's memory between two drawings, and the presses that leave it.

import { press, Refused } from "../../shared/press.js";
import { goesBack, mainAction, unfinished } from "./actions.js";
import { factsOf, keepDraft, keptDraft, Strange } from "./draft.js";
import { dialogGone, numberGone } from "./gone.js";
import { Moments } from "./moments.js";
import { Papers } from "./papers.js";
import { remember, remembered } from "./settings.js";
import { say } from "./words.js";

/** @typedef {import("./types.js").Action} Action */
/** @typedef {import("./types.js").Boot} Boot */
/** @typedef {import("./types.js").DeskState} DeskState */
/** @typedef {import("./types.js").Draft} Draft */
/** @typedef {import("./types.js").Model} Model */

// Long enough that a double press never does two things, short enough to be no hindrance.
const STEADY_MS = 600;
// The live state usually follows an answer within 100 ms; without it the buttons come back anyway.
const FOLLOWS_MS = 2500;
const TOAST_MS = 9000;
// Longer than the gap between two letters, so that whoever was typing has seen what happened.
const TYPED_ON_MS = 1500;
const FRESH_MS = 8000;

/** Holds what the drawing shows. Emits "change" whenever it must be drawn again, and "first"
 *  when a number comes into an empty queue. */
export class Console extends EventTarget {
  /** @param {Boot} boot @param {string[]} forms the questions that the drawing has a form for */
  constructor(boot, forms) {
    super();
    this._forms = forms;
    this.papers = new Papers((step_id, checked) => {
      const facts = factsOf(this.model, "check", { step_id, checked });
      return press("/desk/check", { desk_id: boot.state.desk.id, ...facts });
    });
    this.papers.addEventListener("change", () => this._changed());
    this.papers.addEventListener("failed", (event) =>
      this._failed(/** @type {CustomEvent} */ (event).detail)
    );
    /** @type {Model} */
    this.model = {
      boot,
      state: boot.state,
      now: new Date(boot.now),
      status: "connecting",
      lastSeenAt: Date.parse(boot.now),
      draft: keptDraft(boot.state, boot.user.id),
      checked: this.papers.seen(boot.state.current),
      dialog: null,
      choices: null,
      toast: null,
      said: "",
      busy: "",
      steady: true,
      undoSteady: true,
      hushed: false,
      fresh: false,
      shortcuts: remembered("shortcuts", true),
      sound: remembered("sound", true),
    };
    this._moments = new Moments(() => this._changed());
    /** @type {Array<{seq: number, done: () => void}>} */
    this._awaited = [];
  }

  /** @param {DeskState} state */
  take(state) {
    const { model } = this;
    const [before, wanted] = [model.state, mainAction(model).name];
    model.state = state;
    model.checked = this.papers.seen(state.current);
    const step = state.current ? state.current.step_id : 0;
    if (step !== model.draft.step_id) model.draft = keptDraft(state, model.boot.user.id);
    this._shutOutdated(before);
    if (mainAction(model).name !== wanted) this._waver();
    if (goesBack(before.undo, state.undo)) this._waverUndo();
    if (before.phase === "empty" && state.phase === "ready") this._first();
    this._tell(before, state);
    this._awaited = this._awaited.filter((one) => {
      if (state.seq < one.seq) return true;
      one.done();
      return false;
    });
    this._changed();
  }

  /** Shuts what somebody else took away. What this window itself does is ended by its answer.
   *  @param {DeskState} before */
  _shutOutdated(before) {
    const { model } = this;
    if (model.busy) return;
    const shut = dialogGone(model);
    const gone = shut || numberGone(before, model);
    if (!gone) return;
    if (shut) model.dialog = null;
    this.toast("bad", gone);
    this.hush();
  }

  /** What somebody was writing in is gone, and no letter of theirs may become a key: none counts
   *  until they have paused. Each stray one begins the pause anew. */
  hush() {
    this.model.hushed = true;
    this._moments.begin("hushed", TYPED_ON_MS, () => (this.model.hushed = false));
  }

  /** For a moment after the main action changed its meaning, no press counts. */
  _waver() {
    this.model.steady = false;
    this._moments.begin("wavering", STEADY_MS, () => (this.model.steady = true));
  }

  /** The same for the way back, when one act was undone and the one before it is offered. */
  _waverUndo() {
    this.model.undoSteady = false;
    this._moments.begin("undoing", STEADY_MS, () => (this.model.undoSteady = true));
  }

  _first() {
    this.model.fresh = true;
    this._moments.begin("fresh", FRESH_MS, () => (this.model.fresh = false));
    this.dispatchEvent(new CustomEvent("first"));
  }

  /** Says in words what changed, for who listens to the screen.
   *  @param {DeskState} before @param {DeskState} state */
  _tell(before, state) {
    const number = state.current ? state.current.number : "";
    const was = before.current ? before.current.number : "";
    if (before.phase === state.phase && number === was) return;
    this.model.said = say(`said.${state.phase}`, { number, waiting: state.waiting });
  }

  /** Presses the one dominant action. */
  pressMain() {
    if (this.model.steady) this.press(mainAction(this.model));
  }

  /** @param {Action} action */
  press(action) {
    const { model } = this;
    if (model.busy || (action.name === "undo" && !model.undoSteady)) return;
    if (action.off) {
      this.toast("info", action.off);
      return;
    }
    if (action.asks) {
      this._open(action, action.asks);
      return;
    }
    void this.send(action.name, action.step_id ? { step_id: action.step_id } : {});
  }

  /** Sends one act and waits until the screen shows it. Returns whether it was done.
   *  @param {string} act @param {Record<string, unknown>} [said] what a dialog found out */
  async send(act, said = {}) {
    const { model } = this;
    if (model.busy) return false;
    model.busy = act;
    model.toast = null;
    this._changed();
    try {
      const facts = factsOf(model, act, said);
      await this.papers.settled();
      const desk_id = model.state.desk.id;
      const answer = await press(`/desk/${act}`, { desk_id, ...facts });
      model.dialog = null;
      if (answer.called === null) this.toast("info", say("toast.nobody"));
      await this._follow(answer.seq);
      return true;
    } catch (error) {
      this._failed(error);
      return false;
    } finally {
      model.busy = "";
      this._changed();
    }
  }

  /** @param {number} seq @returns {Promise<void>} */
  _follow(seq) {
    if (this.model.state.seq >= seq) return Promise.resolve();
    return new Promise((done) => {
      this._awaited.push({ seq, done });
      setTimeout(done, FOLLOWS_MS);
    });
  }

  /** @param {unknown} error */
  _failed(error) {
    if (error instanceof Strange) {
      console.error(error.message);
      this.toast("bad", say("toast.strange"));
      return;
    }
    if (error instanceof Refused && error.code === "signed_out") this._signedOut();
    const refused = error instanceof Refused && error.title;
    this.toast("bad", refused || say("toast.unreachable"));
  }

  /** The sign-in is over: only the door helps, and it leads back here. */
  _signedOut() {
    const here = location.pathname + location.search;
    location.assign(`/sign-in?next=${encodeURIComponent(here)}`);
  }

  /** @param {Action} action @param {string} asks */
  _open(action, asks) {
    if (!this._forms.includes(asks)) {
      this._failed(new Strange(`the act "${action.name}" asks "${asks}", which has no form here`));
      return;
    }
    const { state } = this.model;
    const aside = state.aside.find((row) => row.step_id === action.step_id);
    const at = aside || state.current;
    this.model.toast = null;
    this.model.choices = null;
    this.model.dialog = {
      act: action.name,
      asks,
      step_id: at ? at.step_id : null,
      number: at ? at.number : "",
      aside: Boolean(aside),
    };
    this._changed();
  }

  /** Fetches what an open dialog has to choose from. */
  async choose() {
    try {
      const answer = await fetch(`/desk/${this.model.state.desk.id}/choices`, {
        headers: { Accept: "application/json" },
      });
      if (!answer.ok) throw new Refused(answer.status, await answer.json());
      this.model.choices = await answer.json();
      this._changed();
    } catch (error) {
      this.closeDialog();
      this._failed(error);
    }
  }

  closeDialog() {
    this.model.dialog = null;
    this._changed();
  }

  /** Ticks or unticks the paper at a place of the checklist. @param {number} place */
  tickPlace(place) {
    const { current } = this.model.state;
    const paper = current && current.requirements[place];
    if (paper) this.tick(paper.id);
  }

  /** Chooses how serving is to end, where it may end so. @param {string} outcome */
  end(outcome) {
    const { current } = this.model.state;
    if (current && current.state === "serving" && current.outcomes.includes(outcome)) {
      this.write({ outcome });
    }
  }

  /** @param {number} paper */
  tick(paper) {
    const { state, status } = this.model;
    if (!state.current || status === "lost") return;
    this.papers.toggle(state.current, paper);
    this.model.checked = this.papers.seen(state.current);
    this._changed();
  }

  /** @param {Partial<Draft>} change */
  write(change) {
    Object.assign(this.model.draft, change);
    keepDraft(this.model.draft, this.model.boot.user.id);
    if (!unfinished(this.model)) this.model.toast = null;
    this._changed();
  }

  /** @param {"shortcuts" | "sound"} name @param {boolean} on */
  set(name, on) {
    this.model[name] = on;
    remember(name, on);
    this._changed();
  }

  /** @param {"bad" | "info"} kind @param {string} text */
  toast(kind, text) {
    this.model.toast = { kind, text };
    this._moments.begin("toast", TOAST_MS, () => (this.model.toast = null));
    this._changed();
  }

  _changed() {
    this.dispatchEvent(new CustomEvent("change"));
  }
}
