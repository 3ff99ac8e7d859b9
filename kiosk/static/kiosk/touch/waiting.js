// Hooks for what time alone does on the screen: the clock, a countdown, a citizen who has left.

import { useEffect, useRef, useState } from "../../shared/parts.js";

/** @typedef {import("./shapes.js").Patience} Patience */

const LOOK_MS = 250;

/** The server's time, looked at once a second. @param {() => Date} now */
export function useNow(now) {
  const [shown, setShown] = useState(now());
  useEffect(() => {
    const timer = setInterval(() => setShown(now()), 1000);
    return () => clearInterval(timer);
  }, [now]);
  return shown;
}

/** Whole seconds until `onEnd`, counted from `seconds` again whenever `round` changes.
 *  @param {number} seconds
 *  @param {unknown} round
 *  @param {() => void} onEnd */
export function useCountdown(seconds, round, onEnd) {
  const [left, setLeft] = useState(seconds);
  const end = useRef(onEnd);
  end.current = onEnd;
  useEffect(() => {
    const ends = performance.now() + seconds * 1000;
    setLeft(seconds);
    const timer = setInterval(() => {
      const rest = Math.ceil((ends - performance.now()) / 1000);
      setLeft(Math.max(0, rest));
      if (rest <= 0) end.current();
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [seconds, round]);
  return left;
}

/** Watches whether anybody is still there while `active`. Returns the seconds until the screen
 *  goes back to the start once the warning shows, null before; `over()` tells whether that time
 *  has passed, for a touch that comes before the timer does.
 *  @param {boolean} active
 *  @param {Patience} patience
 *  @param {() => void} onLeft */
export function useIdle(active, patience, onLeft) {
  const [left, setLeft] = useState(/** @type {number | null} */ (null));
  const touched = useRef(performance.now());
  const leave = useRef(onLeft);
  leave.current = onLeft;
  const all_ms = (patience.idle_s + patience.warning_s) * 1000;
  const over = () => performance.now() - touched.current >= all_ms;
  useEffect(() => {
    setLeft(null);
    if (!active) return undefined;
    touched.current = performance.now();
    const here = () => {
      if (over()) return;
      touched.current = performance.now();
      setLeft(null);
    };
    const timer = setInterval(() => {
      const quiet_ms = performance.now() - touched.current;
      if (quiet_ms >= all_ms) leave.current();
      else if (quiet_ms >= patience.idle_s * 1000) setLeft(Math.ceil((all_ms - quiet_ms) / 1000));
    }, LOOK_MS);
    const signs = ["pointerdown", "keydown", "wheel"];
    signs.forEach((sign) => addEventListener(sign, here, { capture: true, passive: true }));
    return () => {
      clearInterval(timer);
      signs.forEach((sign) => removeEventListener(sign, here, { capture: true }));
    };
  }, [active, patience]);
  return { left, over };
}

// The second touch of a double tap on what was there before must not press what is there now.
const ARMED_AFTER_MS = 500;

/** Whether a button that has just come may be pressed already. */
export function useArmed() {
  const [armed, setArmed] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setArmed(true), ARMED_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return armed;
}
