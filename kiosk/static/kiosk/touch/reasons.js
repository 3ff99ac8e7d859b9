// Why a service is needed: the cases of the catalogue, the rare ones behind one button.

import { html, useEffect, useState } from "../../shared/parts.js";
import { t } from "../../shared/words.js";
import { said } from "./figures.js";
import { chooseCase, chosenCase } from "./visit.js";

/** @typedef {import("./shapes.js").Case} Case */
/** @typedef {import("./shapes.js").Service} Service */
/** @typedef {import("./visit.js").Visit} Visit */

// So many stand in one row, and what to bring stays in sight below. Of more, the first in the
// catalogue's order stand there, and the last place opens the others.
const IN_A_ROW = 5;
// More than four are narrow: names with longer words, or of more letters, need wider buttons.
const [NARROW, COLUMNS_OF_MANY, LONG_WORD, LONG_NAME] = [4, 3, 10, 18];

// Buttons that move wait so long: the second touch of a double tap must not choose another reason,
// or a thing that has come to lie under the finger.
const CALM_MS = 500;

/** What stands in sight, and what folds away. @param {Case[]} cases */
export function folded(cases) {
  const first = cases.length > IN_A_ROW ? IN_A_ROW - 1 : cases.length;
  return { usual: cases.slice(0, first), rare: cases.slice(first) };
}

/** How many buttons stand side by side: upright, and where the screen is wide.
 *  @param {string[]} names */
function columnsFor(names) {
  const wide = names.some(
    (name) => name.length > LONG_NAME || name.split(" ").some((word) => word.length > LONG_WORD)
  );
  const many = names.length > IN_A_ROW;
  const upright = names.length > NARROW && (wide || many) ? COLUMNS_OF_MANY : names.length;
  return `--columns:${upright};--columns-wide:${many ? NARROW : names.length}`;
}

/** Whether all reasons show. They fold away a moment after one was chosen, and take no touch in
 *  the moment after they came. */
function useFold() {
  const [fold, setFold] = useState(
    /** @type {"folded" | "opening" | "open" | "folding"} */ ("folded")
  );
  useEffect(() => {
    if (fold !== "opening" && fold !== "folding") return undefined;
    const timer = setTimeout(() => setFold(fold === "opening" ? "open" : "folded"), CALM_MS);
    return () => clearTimeout(timer);
  }, [fold]);
  return {
    open: fold !== "folded",
    calm: fold === "opening",
    unfold: () => setFold("opening"),
    settle: () => setFold(fold === "folded" ? "folded" : "folding"),
  };
}

/** @param {{service: Service, visit: Visit, onVisit: (visit: Visit) => void}} props */
export function Cases({ service, visit, onVisit }) {
  const { open, calm, unfold, settle } = useFold();
  if (service.cases.length < 2) return null;
  const { usual, rare } = folded(service.cases);
  const chosen = chosenCase(visit, service);
  const hidden = rare.find((one) => one.id === chosen);
  const shown = open ? service.cases : usual;
  const folds = rare.length > 0 && !open;
  const last = hidden ? said(hidden.name) : t("kiosk.service.other_reason");
  const names = [...shown.map((one) => said(one.name)), ...(folds ? [last] : [])];
  const choose = /** @param {Case} one */ (one) => {
    settle();
    onVisit(chooseCase(visit, service, one.id));
  };
  const id = `q-why-${service.id}`;
  return html`<section aria-labelledby=${id}>
    <h2 id=${id}>${t("kiosk.service.why", { service: said(service.name) })}</h2>
    <div class="k-seg" role="group" aria-labelledby=${id} style=${columnsFor(names)}>
      ${shown.map(
        (one) => html`<button
          key=${one.id} type="button" aria-pressed=${chosen === one.id} disabled=${calm}
          onClick=${() => choose(one)}
        >${said(one.name)}</button>`
      )}
      ${folds &&
      html`<button
        key="rare" type="button" aria-expanded="false" aria-pressed=${hidden ? "true" : undefined}
        onClick=${unfold}
      >${last}</button>`}
    </div>
  </section>`;
}
