// Plays what is to be heard, one after the other, and keeps a call on the screen meanwhile.

/** @typedef {import("./types.js").Announcement} Announcement */

/** A television that says nothing at the end of a clip shall not stop the hall. */
const GRACE_MS = 3000;
/** How long a call stays at least where it is only seen. */
const SEEN_MS = 5000;
/** With so many behind it a call is said once: the others shall not wait for the loudspeaker. */
const CROWDED = 2;
/** Until then the zone's state may not know yet of a call that was heard already. */
const SETTLED_MS = 1000;
/** The same notice comes once for each zone of the hall, whenever that zone has time for it. */
const SAME_NOTICE_MS = 3 * 60 * 1000;
const SILENCE = "/static/display/wall/silence.wav";

export class Announcements {
  /** @param {boolean} voice whether this screen has the loudspeaker
   *  @param {() => void} onChange called when something else is being called, or nothing
   *  @param {(announcement: Announcement) => void} onSpoken called when it has been played
   *  @param {(announcement: Announcement) => boolean} isWanted whether its citizen is awaited still */
  constructor(voice, onChange, onSpoken, isWanted) {
    this.voice = voice;
    this.onChange = onChange;
    this.onSpoken = onSpoken;
    this.isWanted = isWanted;
    /** @type {Announcement | null} */
    this.current = null;
    /** @type {"on" | "blocked" | "none"} */
    this.sound = "on";
    /** @type {Array<{announcement: Announcement, at: number}>} */
    this.waiting = [];
    /** @type {Map<string, number>} when each notice was heard last */
    this.notices = new Map();
    this.audio = new Audio();
    /** Ends the showing of a call that has been seen. */
    this.leave = () => {};
  }

  /** Takes an announcement in; it comes when those before it are over.
   *  @param {Announcement} announcement */
  hear(announcement) {
    const at = performance.now();
    if (announcement.text && this.isKnown(announcement.text.id, at)) return;
    // Called again while it waits, a number keeps its place in the line.
    const before = this.waiting.find(
      (one) => Boolean(announcement.number) && one.announcement.number === announcement.number
    );
    if (before) before.announcement = announcement;
    else this.waiting.push({ announcement, at });
    if (!this.current) this.next();
    else this.leave();
  }

  /** @param {string} notice @param {number} at */
  isKnown(notice, at) {
    const last = this.notices.get(notice);
    if (last !== undefined && at - last < SAME_NOTICE_MS) return true;
    this.notices.set(notice, at);
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
      const settled = performance.now() - one.at > SETTLED_MS;
      if (!settled || !one.announcement.number || this.isWanted(one.announcement)) {
        return one.announcement;
      }
    }
  }

  async next() {
    const announcement = this.taken();
    this.current = announcement;
    this.onChange();
    if (!announcement) return;
    if (this.voice && announcement.audio) {
      if (await this.play(announcement)) this.onSpoken(announcement);
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
    });
    try {
      await this.audio.play();
    } catch (reason) {
      this.tell(isRefusal(reason) ? "blocked" : "none");
      await ends;
      return false;
    }
    this.tell(announcement.voice ? "on" : "none");
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
