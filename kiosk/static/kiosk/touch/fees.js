// What a service costs, and what nobody must pay: never the one without the other.

import { rupiah } from "../../shared/format.js";
import { html, Icon } from "../../shared/parts.js";
import { t } from "../../shared/words.js";
import { said } from "./figures.js";

/** @typedef {import("./shapes.js").Fee} Fee */

/** The fee in a word or a sum, without its note: "Gratis". @param {Fee} fee */
export function feeShort(fee) {
  return t(`kiosk.service.fee_${fee.kind}`, { amount: rupiah(fee.idr) });
}

/** The fee with its note: "Gratis. Iuran pertama dibayar." @param {Fee} fee */
export function feeText(fee) {
  const parts = [feeShort(fee), said(fee.note).replace(/\.$/, "")];
  return `${parts.filter(Boolean).join(". ")}.`;
}

/** What nobody must be given. @param {Fee[]} fees */
export function warning(fees) {
  const free = fees.every(({ kind }) => kind === "free");
  return t(free ? "kiosk.service.pay_nobody" : "kiosk.service.pay_no_more");
}

/** @param {{fee: Fee}} props */
export function FeeLine({ fee }) {
  return html`<p class="k-hint k-hint--fee">
    <${Icon} name="banknote" /><span><b>${feeText(fee)}</b> ${warning([fee])}</span>
  </p>`;
}
