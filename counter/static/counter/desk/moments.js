// What holds for a moment and passes by itself.

export class Moments {
  /** @param {() => void} changed called whenever one of them has passed */
  constructor(changed) {
    this._changed = changed;
    /** @type {Record<string, ReturnType<typeof setTimeout>>} */
    this._timers = {};
  }

  /** Lets the moment called `name` pass after `ms`; begun anew, it holds that much longer.
   *  @param {string} name @param {number} ms @param {() => void} over */
  begin(name, ms, over) {
    clearTimeout(this._timers[name]);
    this._timers[name] = setTimeout(() => {
      over();
      this._changed();
    }, ms);
  }
}
