// How far the number at the desk is announced: what the officer is told, and from when it counts.

import { secondsSince } from "./words.js";

/** @typedef {import("./types.js").Current} Current */
/** @typedef {"waiting" | "shown" | "spoken" | "mouth"} Stage */

/** `from` is the instant from which the citizen's time to come counts.
 *  @param {Current} current @param {Date} now
 *  @returns {{stage: Stage, from: string}} */
export function announced(current, now) {
  const told = current.announcement;
  // A call of before walls gave receipts counts from its press.
  if (!told) return { stage: "mouth", from: current.called_at };
  const { shown_at, spoken_at, called_at, by_mouth_from_at } = told;
  if (shown_at || spoken_at) {
    const spokenFirst = !shown_at || (spoken_at !== null && Date.parse(spoken_at) < Date.parse(shown_at));
    const from = (spokenFirst ? spoken_at : shown_at) || called_at;
    return { stage: spoken_at ? "spoken" : "shown", from };
  }
  const silent = by_mouth_from_at !== null && secondsSince(by_mouth_from_at, now) >= 0;
  return { stage: silent ? "mouth" : "waiting", from: called_at };
}
