// Keeps the phone's screen on while its owner's turn is near, where the browser lets a page ask.

/** Browsers offer the lock on https alone. They take it back when the page is hidden or the
 *  battery runs low; a page that is seen again asks again. */
export class Awake {
  /** @param {(held: boolean) => void} tell - called when the screen begins or ceases to stay on */
  constructor(tell) {
    this.tell = tell;
    this.wanted = false;
    this.asking = false;
    /** @type {WakeLockSentinel | null} */
    this.lock = null;
    document.addEventListener("visibilitychange", () => this.settle());
  }

  /** @param {boolean} wanted */
  want(wanted) {
    this.wanted = wanted;
    this.settle();
  }

  settle() {
    if (!this.wanted && this.lock) this.lock.release();
    if (this.wanted && !this.lock && !this.asking && !document.hidden) this.ask();
  }

  async ask() {
    if (!navigator.wakeLock) return;
    this.asking = true;
    try {
      this.hold(await navigator.wakeLock.request("screen"));
    } catch (_refused) {
      // The battery is low, or the page was hidden meanwhile. The next live state asks again.
    }
    this.asking = false;
    // It may have become too late for it while the browser thought.
    if (!this.wanted) this.settle();
  }

  /** @param {WakeLockSentinel} lock */
  hold(lock) {
    this.lock = lock;
    this.tell(true);
    lock.addEventListener("release", () => {
      this.lock = null;
      this.tell(false);
    });
  }
}
