// Refuses any spelling newer than ES2018 in what boards load, vendored modules included:
// the browsers of old televisions stop at the first character they cannot read.

import { existsSync, globSync, readFileSync } from "node:fs";
import { join, posix, relative } from "node:path";
import { parse } from "acorn";

const root = join(import.meta.dirname, "..");
// The rooms' static folders are served as one tree.
const trees = ["display/static", "counter/static", "kiosk/static"].map((tree) => join(root, tree));

/** @param {string} served - a path inside the served tree, such as `shared/live.js` */
function fileOf(served) {
  return trees.map((tree) => join(tree, served)).find((file) => existsSync(file));
}

/** The served path that `name`, written in the module `from`, leads to. */
function followed(name, from) {
  if (name.startsWith("/static/")) return name.slice("/static/".length);
  if (name.startsWith(".")) return posix.join(posix.dirname(from), name);
  throw new Error(`"${name}" is a bare name, and boards have no import map`);
}

/** Reads one module as ES2018 and returns the served paths of all it imports. */
function importsOf(served, text) {
  const { body } = parse(text, { ecmaVersion: 2018, sourceType: "module" });
  return body.filter((node) => node.source).map((node) => followed(node.source.value, served));
}

const waiting = globSync("**/*.js", { cwd: trees[0] });
const seen = new Set(waiting);
const faults = [];

for (const served of waiting) {
  const file = fileOf(served);
  try {
    if (!file) throw new Error("is imported but not there (after `make assets`)");
    for (const next of importsOf(served, readFileSync(file, "utf8"))) {
      if (!seen.has(next)) waiting.push(next);
      seen.add(next);
    }
  } catch (error) {
    faults.push(`${file ? relative(root, file) : served}: ${error.message}`);
  }
}

faults.forEach((fault) => console.error(fault));
console.log(`${waiting.length} modules of the boards read as ES2018, ${faults.length} refused.`);
process.exitCode = faults.length ? 1 : 0;
