// A list that is searched by typing and walked with the arrow keys.

import { html, useEffect, useRef, useState } from "../../shared/parts.js";

/** @typedef {{id: string, label: string, detail: string, group?: string}} Item */
/** @typedef {Event & {currentTarget: HTMLInputElement}} Written */

/** @param {Item[]} items @param {string} words */
function matching(items, words) {
  const wanted = words.toLowerCase().split(/[\s-]+/).filter(Boolean);
  return items.filter((item) => {
    const text = `${item.label} ${item.detail}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** @param {{id: string, label: string, none: string, items: Item[], chosen: string,
 *           onChoose: (id: string) => void}} props */
export function Picker({ id, label, none, items, chosen, onChoose }) {
  const [words, setWords] = useState("");
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const found = matching(items, words);
  const at = found.findIndex((item) => item.id === chosen);
  useEffect(() => {
    const option = list.current && list.current.querySelector("[aria-selected=true]");
    if (option) option.scrollIntoView({ block: "nearest" });
  }, [chosen]);

  /** One match is the one meant; with several the officer chooses. @param {string} text */
  const settle = (text) => {
    const left = matching(items, text);
    onChoose(left.length === 1 && left[0] ? left[0].id : "");
  };
  useEffect(() => {
    if (words) settle(words); // typed before the list had come
  }, [items.length]);

  /** @param {KeyboardEvent} event */
  const walk = (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || !found.length) return;
    event.preventDefault();
    const next = found[Math.max(0, Math.min(found.length - 1, at + by))];
    if (next) onChoose(next.id);
  };
  /** @param {Written} event */
  const search = (event) => {
    setWords(event.currentTarget.value);
    settle(event.currentTarget.value);
  };
  return html`<div class="dk-pick">
    <label class="label" for=${id}>${label}</label>
    <input class="input" id=${id} type="text" role="combobox" autocomplete="off" data-first
      aria-expanded="true" aria-controls=${`${id}-list`} aria-autocomplete="list"
      aria-activedescendant=${at >= 0 ? `${id}-${chosen}` : undefined}
      value=${words} onInput=${search} onKeyDown=${walk} />
    <ul class="dk-pick__list" id=${`${id}-list`} role="listbox" tabindex="-1"
      aria-label=${label} ref=${list}>
      ${found.map((item) => html`<li key=${item.id} id=${`${id}-${item.id}`} role="option"
        aria-selected=${item.id === chosen ? "true" : "false"} onClick=${() => onChoose(item.id)}>
        <b class="num">${item.label}</b><small class="num">${item.detail}</small></li>`)}
    </ul>
    ${!found.length && html`<p class="dk-none" role="status">${none}</p>`}
  </div>`;
}
