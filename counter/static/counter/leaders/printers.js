// The printers' page, live: when one of them fares otherwise, or a paper does, it is read again.

import { keepFresh } from "../../shared/again.js";

const boot = JSON.parse(document.getElementById("boot")?.textContent || "{}");
keepFresh({ topic: `printers/${boot.mall_id}`, path: "/printers", id: "printers" });
