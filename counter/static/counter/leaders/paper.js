// The paper page, live: a new paper comes out on top as it is printed.

import { live } from "../../shared/connection.js";
import { t } from "../../shared/words.js";

/** @typedef {{printer: string, name: string, at: string}} Paper */

/** @param {string} id */
function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** @param {Paper} paper */
function address(paper) {
  return `/paper/${encodeURIComponent(paper.printer)}/${encodeURIComponent(paper.name)}.png`;
}

/** @param {Paper} paper */
function sheet(paper) {
  const item = document.createElement("li");
  const figure = document.createElement("figure");
  const image = document.createElement("img");
  image.src = address(paper);
  image.alt = t("counter.paper.picture", { printer: paper.printer });
  const caption = document.createElement("figcaption");
  caption.textContent = paper.printer;
  figure.append(image, caption);
  item.append(figure);
  return item;
}

/** Keeps the sheets that are there, so that only what is new comes out. @param {Paper[]} papers */
function show(papers) {
  const list = element("papers");
  const lying = new Map(
    Array.from(list.children, (item) => {
      const image = item.querySelector("img");
      return [image ? image.getAttribute("src") : "", item];
    }),
  );
  list.replaceChildren(...papers.map((paper) => lying.get(address(paper)) || sheet(paper)));
  element("none").hidden = papers.length > 0;
}

const boot = JSON.parse(element("boot").textContent || "{}");
live.follow(`paper/${boot.mall_id}`, (state) => show(/** @type {any} */ (state).papers));
live.addEventListener("status", () => {
  element("lost").hidden = live.status !== "lost";
});
