// Times, money and numbers as they are written in Indonesian and in English.
// Times are those of the mall, never of the device: a tourist's phone shows the hall's clock.

import { language } from "./words.js";

/** @typedef {Date | string | number} Instant a Date, ISO 8601 text or milliseconds */

const LOCALES = /** @type {Record<string, string>} */ ({ id: "id-ID", en: "en-GB" });

// The layout names the mall's zone on every page.
const zone = document.documentElement.dataset.timeZone || "Asia/Jakarta";
/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/** @param {Record<string, string>} options
 *  @param {string} name
 *  @returns {Intl.DateTimeFormat} making one is slow, and screens ask twice a second */
function formatFor(options, name) {
  const locale = LOCALES[language()] || "id-ID";
  const key = `${locale} ${name} ${zone}`;
  let format = formats.get(key);
  if (!format) {
    const all = Object.assign({ timeZone: zone }, options);
    format = new Intl.DateTimeFormat(locale, /** @type {Intl.DateTimeFormatOptions} */ (all));
    formats.set(key, format);
  }
  return format;
}

/** @param {Instant} at
 *  @param {Record<string, string>} options
 *  @param {string} name */
function partsOf(at, options, name) {
  /** @type {Record<string, string>} */
  const found = {};
  formatFor(options, name)
    .formatToParts(new Date(at))
    .forEach((part) => {
      found[part.type] = part.value;
    });
  return found;
}

/** "09.41" in Indonesian, "09:41" in English. @param {Instant} at */
export function clock(at) {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const { hour, minute } = partsOf(at, options, "clock");
  return `${hour}${language() === "id" ? "." : ":"}${minute}`;
}

/** "Selasa, 24 November 2026". @param {Instant} at */
export function day(at) {
  const options = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
  const found = partsOf(at, options, "day");
  return `${found.weekday}, ${found.day} ${found.month} ${found.year}`;
}

/** "24 November 2026". @param {Instant} at */
export function date(at) {
  const found = partsOf(at, { day: "numeric", month: "long", year: "numeric" }, "date");
  return `${found.day} ${found.month} ${found.year}`;
}

/** "10.05–10.20". @param {Instant} from @param {Instant} until */
export function span(from, until) {
  const [first, last] = [clock(from), clock(until)];
  return first === last ? first : `${first}–${last}`;
}

/** A number with its thousands apart: "11.482". @param {number} amount */
export function count(amount) {
  return amount.toLocaleString(LOCALES[language()] || "id-ID");
}

/** "Rp30.000". @param {number} amount whole rupiah */
export function rupiah(amount) {
  return `Rp${count(amount)}`;
}

/** "25–40", or "5" where both ends are the same. @param {number | string} low
 *  @param {number | string} high */
export function range(low, high) {
  return low === high ? String(low) : `${low}–${high}`;
}

/** "3,5" of seven half hours. @param {number} halves */
function hoursOf(halves) {
  return (halves / 2).toLocaleString(LOCALES[language()] || "id-ID");
}

/** How long a wait is, in minutes, and from an hour on in hours: "45 menit", "1 jam 20 menit". A
 *  range of hours goes outwards to half hours: "2–3,5 jam". `say` words it, as models/core/lengths.py
 *  does for papers and pages.
 *  @param {(key: string, facts: Record<string, unknown>) => string} say
 *  @param {number} low whole minutes
 *  @param {number} high */
export function lasting(say, low, high = low) {
  if (high < 60) return say("minutes", { minutes: range(low, high) });
  if (low === high) {
    const facts = { hours: Math.floor(high / 60), minutes: high % 60 };
    return say(facts.minutes ? "hours_minutes" : "hours", facts);
  }
  const most = hoursOf(Math.ceil(high / 30));
  if (low > 0 && low < 60) return say("minutes_hours", { minutes: low, hours: most });
  return say("hours", { hours: range(hoursOf(Math.floor(low / 30)), most) });
}

/** "6:42", "1:06:42": how long something lasts. @param {number} seconds */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = /** @param {number} n */ (n) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** "A-047" → its letter and its digits, which are drawn apart. @param {string} number */
export function numberParts(number) {
  const [letter = "", ...rest] = number.split("-");
  return { letter, digits: rest.join("") };
}
