// Plays what is to be heard, one after the other, and keeps a call on the screen meanwhile.

/** @typedef {import("./types.js").Announcement} Announcement */

/** A television that says nothing at the end of a clip shall not stop the hall. */
const GRACE_MS = 3000;
/** How long a call stays at least where it is only seen. */
const SEEN_MS = 5000;
/** More than this behind, the older ones are of no use to anybody any more. */
const MOST = 4;

export class Announcements {
  /** @param {boolean} voice whether this screen has the loudspeaker
   *  @param {() => void} onChange called when something else is being called, or nothing
   *  @param {(announcement: Announcement) => void} onSpoken called when it has been played */
  constructor(voice, onChange, onSpoken) {
    this.voice = voice;
    this.onChange = onChange;
    this.onSpoken = onSpoken;
    /** @type {Announcement | null} */
    this.current = null;
    /** @type {"on" | "blocked" | "none"} */
    this.sound = "on";
    /** @type {Announcement[]} */
    this.waiting = [];
    this.audio = new Audio();
    /** Ends the showing of a call that has been seen. */
    this.leave = () => {};
  }

  /** Takes an announcement in; it comes when those before it are over.
   *  @param {Announcement} announcement */
  hear(announcement) {
    this.waiting.push(announcement);
    this.waiting.splice(0, this.waiting.length - MOST);
    if (!this.current) this.next();
    else this.leave();
  }

  /** Lets a browser that waits for a person's touch play sounds from now on. */
  unblock() {
    if (this.sound !== "blocked") return;
    this.sound = "on";
    this.onChange();
  }

  async next() {
    const announcement = this.waiting.shift() || null;
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
    const heard = new Promise((resolve) => {
      this.audio.onended = () => resolve(true);
      this.audio.onerror = () => resolve(false);
      setTimeout(resolve, announcement.duration_s * 1000 + GRACE_MS, false);
    });
    try {
      await this.audio.play();
    } catch (reason) {
      const refused = reason instanceof DOMException && reason.name === "NotAllowedError";
      this.tell(refused ? "blocked" : "none");
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

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
