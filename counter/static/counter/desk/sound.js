// Two soft notes when the first number comes into an empty queue.

/** @type {AudioContext | null} */
let context = null;

/** Browsers give sound only after somebody touched the page. */
export function allowSound() {
  const allow = () => {
    context = context || new AudioContext();
    if (context.state === "suspended") void context.resume();
  };
  document.addEventListener("pointerdown", allow);
  document.addEventListener("keydown", allow);
}

/** @param {AudioContext} sound @param {number} hertz @param {number} after seconds */
function note(sound, hertz, after) {
  const [tone, loudness] = [sound.createOscillator(), sound.createGain()];
  const from = sound.currentTime + after;
  tone.frequency.value = hertz;
  loudness.gain.setValueAtTime(0, from);
  loudness.gain.linearRampToValueAtTime(0.18, from + 0.02);
  loudness.gain.exponentialRampToValueAtTime(0.001, from + 0.5);
  tone.connect(loudness).connect(sound.destination);
  tone.start(from);
  tone.stop(from + 0.5);
}

/** Plays the cue, or nothing where sound was not allowed yet: the screen shows it too. */
export function cue() {
  if (!context || context.state !== "running") return;
  note(context, 659, 0);
  note(context, 880, 0.16);
}
