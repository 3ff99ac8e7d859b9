// The console's own sentences and the few shapes of text that it repeats.

import { lasting } from "../../shared/format.js";
import { language, t } from "../../shared/words.js";

/** @typedef {import("./types.js").Names} Names */

/** A sentence of the desk. @param {string} key @param {Record<string, unknown>} [facts] */
export function say(key, facts = {}) {
  return t(`counter.desk.${key}`, facts);
}

/** The key under which the words of an act stand. @param {string} act */
export function wordOf(act) {
  return act.replaceAll("-", "_");
}

/** A name in the page's language. @param {Names} names */
export function named(names) {
  return language() === "en" ? names.en : names.id;
}

/** "KTP-el, hilang". @param {{service: Names, case: Names | null}} wish */
export function wished(wish) {
  if (!wish.case) return named(wish.service);
  // Inside the phrase a case begins small, unless it begins with an abbreviation.
  const why = named(wish.case).replace(/^\p{Lu}(?=\p{Ll})/u, (letter) => letter.toLowerCase());
  return `${named(wish.service)}, ${why}`;
}

/** "1, 2, dan 4". @param {Array<number | string>} items */
export function listed(items) {
  return new Intl.ListFormat(language() === "en" ? "en-GB" : "id-ID").format(items.map(String));
}

/** Whole minutes from `since` to `now`. @param {string} since @param {Date} now */
export function minutesSince(since, now) {
  return Math.max(0, Math.floor((now.getTime() - Date.parse(since)) / 60000));
}

/** How long a wait is: "45 menit", "1 jam 20 menit". @param {number} low whole minutes
 *  @param {number} [high] */
export function waitText(low, high = low) {
  return lasting((key, facts) => say(`lasting.${key}`, facts), low, high);
}

/** The same as a row has room for it: "45 mnt", "1 jam 20 mnt".
 *  @param {string} since @param {Date} now */
export function briefSince(since, now) {
  return lasting((key, facts) => say(`brief.${key}`, facts), minutesSince(since, now));
}

/** The wait from `since` to `now`. @param {string} since @param {Date} now */
export function waitSince(since, now) {
  return waitText(minutesSince(since, now));
}

/** Seconds from `since` to `now`, below zero when it lies ahead.
 *  @param {string} since @param {Date} now */
export function secondsSince(since, now) {
  return (now.getTime() - Date.parse(since)) / 1000;
}

/** "11,2": one decimal. @param {number} amount */
export function decimal(amount) {
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return amount.toLocaleString(language() === "en" ? "en-GB" : "id-ID", digits);
}
