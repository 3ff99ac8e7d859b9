// Where an officer without a shift signs on at a free desk: found by typing, walked with the
// arrow keys, opened with Enter.

import { press, Refused } from "../../shared/press.js";
import { t } from "../../shared/words.js";

const OPENS = "button[name=desk], .dc-open a";

const said = document.getElementById("said");
const rows = Array.from(document.querySelectorAll("li[data-number]")).flatMap((row) =>
  row instanceof HTMLElement ? [row] : []
);

/** @param {string} sentence */
function say(sentence) {
  if (said) said.textContent = sentence;
}

/** @param {HTMLButtonElement} button */
async function signOn(button) {
  button.disabled = true;
  say("");
  try {
    await press("/desk/sign-on", { desk_id: Number(button.value) });
    window.location.assign("/desk");
  } catch (error) {
    button.disabled = false;
    button.focus();
    const sentence = error instanceof Refused && error.title;
    say(sentence || t("counter.desk.toast.unreachable"));
  }
}

/** @param {HTMLElement} row */
function numberOf(row) {
  return (row.dataset["number"] || "").toLowerCase();
}

/** Whether the desk is meant by a word: digits begin its number, letters stand in what it serves.
 *  @param {HTMLElement} row @param {string} word */
function fits(row, word) {
  if (numberOf(row).startsWith(word)) return true;
  const about = row.querySelector("p");
  const text = `${row.dataset["zoneName"]} ${about && about.textContent}`.toLowerCase();
  return /\D/.test(word) && text.includes(word);
}

/** What opens the desk of a row: nothing where somebody else sits. @param {HTMLElement} row */
function opener(row) {
  const found = row.querySelector(OPENS);
  return found instanceof HTMLElement ? found : null;
}

/** The buttons that can be seen, in their order. */
function offered() {
  return rows.flatMap((row) => (row.hidden ? [] : opener(row) || []));
}

/** Shows the desks that fit what was typed. @param {string} typed */
function filter(typed) {
  const words = typed.toLowerCase().split(/[\s,]+/).filter(Boolean);
  rows.forEach((row) => {
    row.hidden = !words.every((word) => fits(row, word));
  });
  document.querySelectorAll(".dc-zone").forEach((zone) => {
    if (zone instanceof HTMLElement) zone.hidden = !zone.querySelector("li:not([hidden])");
  });
  const none = rows.every((row) => row.hidden);
  say(none ? t("counter.desk.choice.none", { words: typed.trim() }) : "");
}

/** The one desk that is meant: that of the number, or the only one left. @param {string} typed */
function meant(typed) {
  const exact = rows.find((row) => !row.hidden && numberOf(row) === typed.trim().toLowerCase());
  if (exact) return opener(exact);
  const left = offered();
  return left.length === 1 ? left[0] : null;
}

/** @param {HTMLInputElement} field */
function listen(field) {
  field.addEventListener("input", () => filter(field.value));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const places = [field, ...offered()];
    const at = places.findIndex((place) => place === document.activeElement);
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && at >= 0) {
      event.preventDefault();
      const next = places[Math.max(0, Math.min(places.length - 1, at + by))];
      if (next) next.focus();
    } else if (event.key === "Enter" && at === 0) {
      event.preventDefault();
      const target = meant(field.value);
      // With several left, Enter shows the first; only the next one opens it.
      if (target && field.value.trim()) target.click();
      else if (places[1]) places[1].focus();
    } else if (at > 0 && event.key.length === 1 && event.key !== " ") {
      field.focus(); // the sign is typed there
    }
  });
}

rows.forEach((row) => {
  const button = opener(row);
  if (button instanceof HTMLButtonElement) {
    button.addEventListener("click", () => void signOn(button));
  }
});
const finding = document.getElementById("finding");
const field = document.getElementById("find");
if (finding && field instanceof HTMLInputElement) {
  finding.hidden = false;
  listen(field);
  field.focus();
}
