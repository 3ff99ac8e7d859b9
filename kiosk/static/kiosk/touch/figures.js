// Waits, hours and dates as the screens say them, worked out from what the server told.

import { clock, day, lasting } from "../../shared/format.js";
import { language, t } from "../../shared/words.js";

/** @typedef {import("./shapes.js").Both} Both */
/** @typedef {import("./shapes.js").Chance} Chance */
/** @typedef {import("./shapes.js").Doubt} Doubt */
/** @typedef {import("./shapes.js").Hall} Hall */
/** @typedef {import("./shapes.js").Hours} Hours */
/** @typedef {import("./shapes.js").Intake} Intake */
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

const CHANCES = /** @type {const} */ (["sure", "doubtful", "unlikely"]);
const PROMISED = /** @type {const} */ (["kept", "at_risk", "broken"]);

/** A word about waits. @param {string} key @param {Record<string, unknown>} [facts] */
export function sayWait(key, facts = {}) {
  return t(`kiosk.wait.${key}`, facts);
}

/** "25–40 menit", "2–3,5 jam". @param {number} low_m @param {number} [high_m] */
export function waitText(low_m, high_m = low_m) {
  return lasting(sayWait, low_m, high_m);
}

/** From the shortest to the longest wait among the services that are served; null where none is. What may
 *  not be served today has no say in it while another surely is.
 *  @param {Hall} hall
 *  @param {number[]} ids */
export function rangeOf(hall, ids) {
  const told = ids.flatMap((id) => hall.services[id] ?? []);
  const all = told.flatMap(({ regular, serves_at }) => (serves_at ? [] : (regular ?? [])));
  const chance = CHANCES.find((one) => all.some((wait) => wait.chance === one));
  if (!chance) return null;
  const waits = all.filter((wait) => wait.chance === chance);
  return {
    low_m: Math.min(...waits.map((wait) => wait.low_m)),
    high_m: Math.max(...waits.map(longest)),
    promise: PROMISED[Math.max(...waits.map((wait) => PROMISED.indexOf(wait.promise)))] ?? "kept",
    chance,
  };
}

/** What is said of each of `ids` that may not be served today. A service that comes after another
 *  one on the same number is called no sooner than that one.
 *  @param {Hall} hall
 *  @param {Record<string, Service>} services
 *  @param {number[]} ids
 *  @param {boolean} priority
 *  @returns {Doubt[]} */
export function doubtsOf(hall, services, ids, priority) {
  const waitOf = /** @param {number} id */ (id) =>
    hall.services[id]?.[priority ? "priority" : "regular"] ?? null;
  return ids.flatMap((id) => {
    const service = services[id];
    const first = ids.find((one) => one === service?.after_id);
    const waits = [id, ...(first === undefined ? [] : [first])].flatMap((one) => waitOf(one) ?? []);
    const worst = waits.sort(
      (one, other) => CHANCES.indexOf(other.chance) - CHANCES.indexOf(one.chance)
    )[0];
    if (!service || !worst || worst.chance === "sure") return [];
    const { chance, not_before } = worst;
    const closes_at = waitOf(id)?.closes_at ?? worst.closes_at;
    return [{ service: service.name, chance, not_before, closes_at }];
  });
}

/** "Dipanggil paling cepat pukul 14.40. Loket tutup pukul 15.00." @param {Doubt} doubt */
export function whyDoubt({ not_before, closes_at }) {
  return [
    not_before && t("kiosk.doubt.not_before", { time: clock(not_before) }),
    closes_at && t("kiosk.doubt.desks_close", { time: clock(closes_at) }),
  ]
    .filter(Boolean)
    .join(" ");
}

// What one of several services can still give comes before what the others cannot.
const STATES = /** @type {const} */ (["open", "not_yet", "used_up", "ended", "over", "closed"]);

/** Whether numbers are given for any of `ids`, and else which comes soonest.
 *  @param {Hall} hall
 *  @param {number[]} ids
 *  @returns {Intake} */
export function intakeOf(hall, ids) {
  const told = ids.flatMap((id) => hall.services[id] ?? []);
  const state = STATES.find((one) => told.some((service) => service.state === one)) ?? "closed";
  const such = told.filter((one) => one.state === state);
  const soonest = such.sort((one, other) => soon(one) - soon(other))[0];
  const only = told.length === 1 ? told[0] : undefined;
  const { next_at = null, serves_at = null } = soonest ?? {};
  return { state, next_at, serves_at, few_left: only?.few_left ?? null };
}

/** What is served now, and so names no instant, comes before all that will be; what nobody knows an
 *  instant of comes last. @param {Intake} given */
function soon({ state, next_at, serves_at }) {
  const at = serves_at ?? next_at;
  if (at) return Date.parse(at);
  return state === "open" ? 0 : Infinity;
}

/** Whether desks serve now, or numbers are given for them; in a break of the hall nobody is there.
 *  @param {Hall} hall @param {Date} now */
export function isServed({ phase, opens_at, closes_at, pauses_until }, now) {
  if (phase === "open") return true;
  if (pauses_until) return false;
  return Boolean(opens_at && closes_at && now >= new Date(opens_at) && now < new Date(closes_at));
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

/** When that call comes, to five minutes, never in the past, before opening or after closing; no
 *  wait at all begins now.
 *  @param {Newcomer} wait
 *  @param {Date} now
 *  @returns {[Date, Date]} */
export function expected(wait, now) {
  const minute = Math.floor(now.getTime() / 60000) * 60000;
  const near = /** @param {number} minutes */ (minutes) =>
    Math.round((now.getTime() + minutes * 60000) / FIVE_MINUTES_MS) * FIVE_MINUTES_MS;
  const opens = wait.opens_at ? Date.parse(wait.opens_at) : minute;
  const begins = wait.low_m ? Math.max(near(wait.low_m), minute, opens) : Math.max(minute, opens);
  const ends = Math.max(near(wait.high_m), begins + FIVE_MINUTES_MS);
  const closes = wait.closes_at ? Date.parse(wait.closes_at) : Infinity;
  return [new Date(Math.min(begins, closes)), new Date(Math.min(ends, closes))];
}

/** "besok, Rabu, pukul 08.00". @param {string | null} at @param {Date} now */
export function when(at, now) {
  return at ? told(at, now) : "–";
}

/** @param {string} at @param {Date} now @param {string} how @param {Record<string, string>} more */
function told(at, now, how = "", more = {}) {
  const name = day(at);
  const facts = { ...more, time: clock(at), day: name.split(",")[0] };
  if (name === day(now)) return t(`kiosk.closed.today${how}`, facts);
  if (name === day(now.getTime() + DAY_MS)) return t(`kiosk.closed.tomorrow${how}`, facts);
  return t(`kiosk.closed.later${how}`, { ...facts, day: name });
}

/** When numbers are given again, empty where nobody knows. @param {Hall} hall @param {Date} now */
export function numbersAgain({ next_at }, now) {
  return next_at ? t("kiosk.closed.numbers_again", { when: when(next_at, now) }) : "";
}

/** When to come: "besok, Rabu, pukul 08.00"; where numbers are given before desks serve, both:
 *  "besok, Rabu: nomor mulai 07.30, dilayani mulai 08.00".
 *  @param {{next_at: string | null, serves_at: string | null}} opening @param {Date} now */
export function whenServed({ next_at, serves_at }, now) {
  if (!next_at || !serves_at || next_at === serves_at) return when(serves_at ?? next_at, now);
  return told(serves_at, now, "_ahead", { numbers: clock(next_at) });
}

/** "Senin–Kamis 08.00–15.00", one line for each run of days with the same hours, and their break.
 *  @param {Hours[]} hours */
export function hoursLines(hours) {
  /** @type {Array<{first: number, last: number, times: string}>} */
  const runs = [];
  for (const one of hours) {
    const run = runs[runs.length - 1];
    const times = timesOf(one);
    if (run && run.last === one.weekday - 1 && run.times === times) run.last = one.weekday;
    else runs.push({ first: one.weekday, last: one.weekday, times });
  }
  return runs.map(({ first, last, times }) => {
    const ends = { from: weekdayName(first), to: weekdayName(last) };
    return `${first === last ? ends.from : t("kiosk.closed.from_to", ends)} ${times}`;
  });
}

/** "08.00–15.30, istirahat 11.30–13.00". @param {Hours} hours */
function timesOf({ opens_m, closes_m, breaks }) {
  const span = /** @param {number} from @param {number} to */ (from, to) =>
    t("kiosk.closed.from_to", { from: minuteClock(from), to: minuteClock(to) });
  const pauses = breaks.map(([from, to]) => t("kiosk.closed.pause", { span: span(from, to) }));
  return [span(opens_m, closes_m), ...pauses].join(", ");
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
