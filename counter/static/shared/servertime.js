// The server's clock, kept on a device whose own clock may be wrong.

/** Tells the server's time between two of its readings. It may be an example mall's clock,
 *  which runs ahead, or a demo's, which runs faster: `rate` of its seconds in a real one. */
export class ServerTime {
  constructor() {
    // The device's own clock tells nothing: it may be days away.
    this._atMs = 0;
    this._readAt = performance.now();
    this._rate = 1;
    this._known = false;
  }

  /** Whether the server's time was read at least once. */
  get known() {
    return this._known;
  }

  /** @param {string} now - ISO 8601
   *  @param {number} [rate] */
  read(now, rate = 1) {
    const told = Date.parse(now);
    const late = this.nowMs() - told;
    // A reading that is a little behind has travelled longer than the best one so far: following
    // it would make seconds flicker. One far behind is a clock that was set, or a nap of ours.
    if (this._known && rate === this._rate && late >= 0 && late < 1000 * rate) return;
    this._atMs = told;
    this._readAt = performance.now();
    this._rate = rate;
    this._known = true;
  }

  nowMs() {
    return this._atMs + (performance.now() - this._readAt) * this._rate;
  }
}
