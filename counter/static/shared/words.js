// The page's sentences: t() looks one up in the language that is set and fills in its facts.

/** @typedef {Record<string, Record<string, string>>} Book language → key → sentence */

/** @returns {Book} */
function readBook() {
  const block = document.getElementById("words");
  return block ? JSON.parse(block.textContent || "{}") : {};
}

const book = readBook();
let current = document.documentElement.lang || "id";

/** The language of the page, "id" or "en". */
export function language() {
  return current;
}

/** Shows the page in `lang` from now on; whoever draws must draw again.
 *  @param {string} lang */
export function setLanguage(lang) {
  current = lang;
  document.documentElement.lang = lang;
}

/** Tells whether the page was sent a sentence for `key`. @param {string} key */
export function knows(key) {
  const sentences = book[current];
  return Boolean(sentences && key in sentences);
}

/** The sentence of `key`, the same key as in the templates, with `{facts}` filled in.
 *  A missing sentence shows its key: ugly enough to be noticed, and the screen goes on.
 *  @param {string} key
 *  @param {Record<string, unknown>} [facts] */
export function t(key, facts = {}) {
  const sentence = (book[current] || {})[key];
  if (sentence === undefined) return key;
  return sentence.replace(/\{(\w+)\}/g, (whole, name) =>
    name in facts ? String(facts[name]) : whole
  );
}
