// The checklist's ticks: shown at once, sent one press at a time, the newest word last.

/** @typedef {import("./types.js").Current} Current */

/** Emits "change" when what is shown changes and "failed" with the error of a press. */
export class Papers extends EventTarget {
  /** @param {(step_id: number, checked: number[]) => Promise<unknown>} send */
  constructor(send) {
    super();
    this._send = send;
    /** @type {{step_id: number, checked: number[]} | null} what the officer wants, not sent yet */
    this._wanted = null;
    /** @type {{step_id: number, checked: number[]} | null} what was said and not heard back yet */
    this._told = null;
    /** @type {Promise<void> | null} */
    this._sending = null;
  }

  /** The ids that are ticked for the ticket at the desk. @param {Current | null} current */
  seen(current) {
    if (!current) return [];
    const live = current.requirements.filter((paper) => paper.checked).map((paper) => paper.id);
    const own = this._wanted || this._told;
    if (!own || own.step_id !== current.step_id) return live;
    // Another reason may ask for other papers: what it does not ask for is ticked no more.
    const asked = current.requirements.map((paper) => paper.id);
    const checked = own.checked.filter((id) => asked.includes(id));
    const heard = !this._sending && checked.every((id) => live.includes(id)) &&
      live.length === checked.length;
    if (heard) this._told = null;
    return heard ? live : checked;
  }

  /** @param {Current} current @param {number} paper */
  toggle(current, paper) {
    const now = this.seen(current);
    const checked = now.includes(paper) ? now.filter((id) => id !== paper) : [...now, paper];
    this._wanted = { step_id: current.step_id, checked };
    if (!this._sending) this._sending = this._run();
  }

  /** Waits until everything ticked has been sent. */
  async settled() {
    if (this._sending) await this._sending;
  }

  async _run() {
    while (this._wanted) {
      this._told = this._wanted;
      this._wanted = null;
      try {
        await this._send(this._told.step_id, this._told.checked);
      } catch (error) {
        this._told = null;
        this.dispatchEvent(new CustomEvent("failed", { detail: error }));
      }
    }
    this._sending = null;
    this.dispatchEvent(new CustomEvent("change"));
  }
}
