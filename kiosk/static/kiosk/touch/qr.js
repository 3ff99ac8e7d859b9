// QR codes, drawn where they are shown: the server's answer to a press waits for no picture.

import { correction, generate } from "/static/vendor/lean-qr.js";

/**
 * The code of `text` as one path on a grid of `size` modules, readable with 15 % of it covered.
 * @param {string} text
 */
export function drawingOf(text) {
  const code = generate(text, { minCorrectionLevel: correction.M });
  const rows = Array.from({ length: code.size }, (_, y) =>
    Array.from({ length: code.size }, (__, x) => (code.get(x, y) ? `M${x} ${y}h1v1h-1z` : "")));
  return { size: code.size, path: rows.flat().join("") };
}
