// Plays what is to be heard, one after the other, and keeps a call on the screen meanwhile.

/** @typedef {import("./types.js").Announcement} Announcement */
/** @typedef {import("./types.js").Invitation} Invitation */

/** A television that does not begin a clip, or says nothing at its end, shall not stop the hall. */
const GRACE_MS = 3000;
/** How long a call stays at least where it is only seen. */
const SEEN_MS = 5000;
/** With so many behind it a call is said once: the others shall not wait for the loudspeaker. */
const CROWDED = 2;
/** The same notice comes once for each zone of the hall, whenever that zone has time for it; and
 *  a call may come twice when the server was not sure that it was told. */
const SAME_MS = 3 * 60 * 1000;
const SILENCE = "/static/display/wall/silence.wav";

export class Announcements {
  /** @param {boolean} voice whether this screen has the loudspeaker
   *  @param {() => void} onChange called when something else is being called, or nothing
   *  @param {(kind: "shown" | "spoken", announcement: Announcement) => void} onReceipt called
   *    when it is on the screen, and when it has been played
   *  @param {(call: Invitation) => boolean} isWanted whether its citizen is awaited still */
  constructor(voice, onChange, onReceipt, isWanted) {
    this.voice = voice;
    this.onChange = onChange;
    this.onReceipt = onReceipt;
    this.isWanted = isWanted;
    /** @type {Announcement | null} */
    this.current = null;
    /** @type {"on" | "blocked" | "none"} */
    this.sound = "on";
    /** @type {Announcement[]} */
    this.waiting = [];
    /** @type {Map<string, number>} when each was heard */
    this.known = new Map();
    this.audio = new Audio();
    /** Ends the showing of a call that has been seen. */
    this.leave = () => {};
  }

  /** Takes an announcement in; it comes when those before it are over.
   *  @param {Announcement} announcement */
  hear(announcement) {
    if (this.isKnown(announcement)) return;
    // Called again while it waits, a number keeps its place in the line.
    const { number } = announcement;
    const place = number ? this.waiting.findIndex((one) => one.number === number) : -1;
    if (place < 0) this.waiting.push(announcement);
    else this.waiting[place] = announcement;
    if (!this.current) this.next();
    else this.leave();
  }

  /** @param {Announcement} announcement
   *  @returns {boolean} whether the very same was taken in a moment ago */
  isKnown(announcement) {
    const now = performance.now();
    this.known.forEach((at, one) => {
      if (now - at >= SAME_MS) this.known.delete(one);
    });
    // A new database counts its calls from the beginning, so their instant tells them apart.
    const name = announcement.text
      ? announcement.text.id
      : `${announcement.call_id} ${announcement.at}`;
    if (this.known.has(name)) return true;
    this.known.set(name, now);
    return false;
  }

  /** Finds out before the first call whether this browser waits for a person's touch: whoever
   *  puts the screen up is still there to touch it. */
  async probe() {
    if (!this.voice) return;
    this.audio.src = SILENCE;
    try {
      await this.audio.play();
      this.tell("on");
    } catch (reason) {
      if (isRefusal(reason)) this.tell("blocked");
    }
  }

  /** Lets a browser that waits for a person's touch play sounds from now on. */
  unblock() {
    if (this.sound === "blocked") this.probe();
  }

  /** The next that is still of use: whoever came meanwhile need not be called.
   *  @returns {Announcement | null} */
  taken() {
    for (;;) {
      const one = this.waiting.shift();
      if (!one) return null;
      if (one.text || this.isWanted(one)) return one;
    }
  }

  async next() {
    const announcement = this.taken();
    this.current = announcement;
    this.onChange();
    if (!announcement) return;
    this.onReceipt("shown", announcement);
    if (this.voice && announcement.audio) {
      if (await this.play(announcement)) this.onReceipt("spoken", announcement);
    } else {
      await this.show(announcement.duration_s * 1000);
    }
    this.next();
  }

  /** Keeps a call on a screen that has no sound of its own, shorter when another one waits:
   *  a screen of the whole hall must not fall behind four zones that call at once.
   *  @param {number} ms */
  async show(ms) {
    await pause(Math.min(ms, SEEN_MS));
    if (this.waiting.length || ms <= SEEN_MS) return;
    await new Promise((resolve) => {
      this.leave = () => resolve(undefined);
      setTimeout(resolve, ms - SEEN_MS);
    });
    this.leave = () => {};
  }

  /** @param {Announcement} announcement
   *  @returns {Promise<boolean>} whether it was heard to its end */
  async play(announcement) {
    const ends = pause(announcement.duration_s * 1000);
    this.audio.src = announcement.audio;
    const source = this.audio.src;
    const heard = new Promise((resolve) => {
      this.audio.onended = () => resolve(true);
      this.audio.onerror = () => resolve(false);
      setTimeout(resolve, announcement.duration_s * 1000 + GRACE_MS, false);
      setTimeout(() => {
        if (this.waiting.length < CROWDED || this.audio.src !== source) return;
        this.audio.pause();
        resolve(true);
      }, announcement.once_ms);
      this.audio.play().then(
        () => this.tell(announcement.voice ? "on" : "none"),
        (reason) => {
          // Given up for the next one, it is told of that one's sound and not of its own.
          if (this.audio.src === source) this.tell(isRefusal(reason) ? "blocked" : "none");
          resolve(false);
        }
      );
    });
    if (await heard) return true;
    await ends;
    return false;
  }

  /** @param {"on" | "blocked" | "none"} sound */
  tell(sound) {
    if (this.sound === sound) return;
    this.sound = sound;
    this.onChange();
  }
}

/** @param {unknown} reason */
function isRefusal(reason) {
  return reason instanceof DOMException && reason.name === "NotAllowedError";
}

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
