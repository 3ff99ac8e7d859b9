// Waits, hours and dates as the screens say them, worked out from what the server told.

import { clock, day } from "../../shared/format.js";
import { language, t } from "../../shared/words.js";

/** @typedef {import("./shapes.js").Both} Both */
/** @typedef {import("./shapes.js").Hall} Hall */
/** @typedef {import("./shapes.js").Hours} Hours */
/** @typedef {import("./shapes.js").Newcomer} Newcomer */
/** @typedef {import("./shapes.js").Service} Service */

const DAY_MS = 24 * 60 * 60 * 1000;
const SHORTEST_M = 5;
const FIVE_MINUTES_MS = SHORTEST_M * 60 * 1000;

/** A text in the language of the screen. @param {Both} text */
export function said(text) {
  return language() === "en" ? text.en : text.id;
}

/** "KTP-el" and "Identity card" of "Identity card (KTP-el)": a card has room for a short word.
 *  @param {Service} service */
export function cardTitle(service) {
  const found = /^(.+?)\s*\((.+)\)$/.exec(said(service.name));
  return found
    ? { title: found[2] || "", subtitle: found[1] || "" }
    : { title: said(service.name), subtitle: said(service.subtitle) };
}

/** The most minutes that a wait may last. Only with nobody ahead there is no queue at all: a free
 *  desk that has not yet called whoever is first is about to.
 *  @param {Newcomer} wait */
export function longest(wait) {
  return wait.high_m || (wait.ahead ? SHORTEST_M : 0);
}

/** From the shortest to the longest wait among the services; null where no desk is open.
 *  @param {Hall} hall
 *  @param {number[]} ids */
export function rangeOf(hall, ids) {
  const waits = ids.flatMap((id) => hall.services[id]?.regular ?? []);
  if (!waits.length) return null;
  return {
    low_m: Math.min(...waits.map((wait) => wait.low_m)),
    high_m: Math.max(...waits.map(longest)),
  };
}

/** How many of today's numbers are left for `ids`: 0 where all are gone, null otherwise.
 *  @param {Hall} hall
 *  @param {number[]} ids */
export function leftOf(hall, ids) {
  return ids.length && ids.every((id) => hall.services[id]?.left === 0) ? 0 : null;
}

/** The first call of a number that wants all of `ids`: it waits in every queue at once, but
 *  not for a service that must come after another one on the same number.
 *  @param {Hall} hall
 *  @param {Record<string, Service>} services
 *  @param {number[]} ids
 *  @param {boolean} priority
 *  @returns {Newcomer | null} */
export function firstCall(hall, services, ids, priority) {
  const free = ids.filter((id) => !ids.includes(services[id]?.after_id ?? -1));
  const waits = free.flatMap((id) => hall.services[id]?.[priority ? "priority" : "regular"] ?? []);
  return waits.sort((one, other) => one.low_m - other.low_m)[0] ?? null;
}

/** When that call comes, to five minutes and never in the past.
 *  @param {Newcomer} wait
 *  @param {Date} now
 *  @returns {[Date, Date]} */
export function expected(wait, now) {
  const minute = Math.floor(now.getTime() / 60000) * 60000;
  const near = /** @param {number} minutes */ (minutes) =>
    Math.round((now.getTime() + minutes * 60000) / FIVE_MINUTES_MS) * FIVE_MINUTES_MS;
  const begins = Math.max(near(wait.low_m), minute);
  const ends = Math.max(near(wait.high_m), begins + FIVE_MINUTES_MS);
  return [new Date(begins), new Date(ends)];
}

/** "besok, Rabu, pukul 08.00". @param {string | null} at @param {Date} now */
export function when(at, now) {
  if (!at) return "–";
  const name = day(at);
  const facts = { time: clock(at), day: name.split(",")[0] };
  if (name === day(now)) return t("kiosk.closed.today", facts);
  if (name === day(now.getTime() + DAY_MS)) return t("kiosk.closed.tomorrow", facts);
  return t("kiosk.closed.later", { ...facts, day: name });
}

/** "Senin–Kamis 08.00–15.00", one line for each run of days with the same hours.
 *  @param {Hours[]} hours */
export function hoursLines(hours) {
  /** @type {Array<{first: number, last: number, opens_m: number, closes_m: number}>} */
  const runs = [];
  for (const { weekday, opens_m, closes_m } of hours) {
    const run = runs[runs.length - 1];
    const goes_on =
      run && run.last === weekday - 1 && run.opens_m === opens_m && run.closes_m === closes_m;
    if (goes_on) run.last = weekday;
    else runs.push({ first: weekday, last: weekday, opens_m, closes_m });
  }
  return runs.map(({ first, last, opens_m, closes_m }) =>
    t("kiosk.closed.days", {
      days: first === last
        ? weekdayName(first)
        : t("kiosk.closed.from_to", { from: weekdayName(first), to: weekdayName(last) }),
      from: minuteClock(opens_m),
      to: minuteClock(closes_m),
    })
  );
}

/** @param {number} weekday - Monday is 0 */
function weekdayName(weekday) {
  // 1 January 2024 was a Monday; at noon UTC it is the same day in all of Indonesia.
  return day(Date.UTC(2024, 0, 1 + weekday, 12)).split(",")[0] ?? "";
}

/** @param {number} minutes - after midnight */
function minuteClock(minutes) {
  const two = /** @param {number} n */ (n) => String(n).padStart(2, "0");
  const sign = language() === "id" ? "." : ":";
  return `${two(Math.floor(minutes / 60))}${sign}${two(minutes % 60)}`;
}
