// The phone's bell: a soft tone and a buzz, once its owner has asked for it.

const KEPT = "balai.notify";
const TONE_HZ = 660;
const TONE_S = 0.35;
const GAP_S = 0.25;

export class Bell {
  constructor() {
    this.on = read();
    /** @type {AudioContext | null} made at a touch, as browsers demand */
    this.audio = null;
    if (this.on) document.addEventListener("pointerdown", () => this.wake(), { once: true });
  }

  /** @param {boolean} on */
  turn(on) {
    this.on = on;
    try {
      localStorage.setItem(KEPT, on ? "on" : "off");
    } catch (_) {
      // A private window keeps nothing; the switch still works on this page.
    }
    if (on) {
      this.wake();
      this.ring(1);
    }
  }

  wake() {
    if (!this.audio && window.AudioContext) this.audio = new AudioContext();
  }

  /** @param {number} times */
  ring(times) {
    if (!this.on) return;
    if (navigator.vibrate) navigator.vibrate(Array(times).fill([300, 200]).flat());
    if (!this.audio) return;
    for (let turn = 0; turn < times; turn += 1) this.tone(this.audio, turn * (TONE_S + GAP_S));
  }

  /** @param {AudioContext} audio @param {number} after seconds */
  tone(audio, after) {
    const from = audio.currentTime + after;
    const volume = audio.createGain();
    volume.gain.setValueAtTime(0.3, from);
    volume.gain.exponentialRampToValueAtTime(0.01, from + TONE_S);
    const voice = audio.createOscillator();
    voice.frequency.value = TONE_HZ;
    voice.connect(volume).connect(audio.destination);
    voice.start(from);
    voice.stop(from + TONE_S);
  }
}

function read() {
  try {
    return localStorage.getItem(KEPT) === "on";
  } catch (_) {
    return false;
  }
}
