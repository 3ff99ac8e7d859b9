// One citizen's visit at the kiosk: what was chosen so far, and every way it can go on.
// Plain values and functions without a screen; nothing of it outlives the visit.

import { pressId } from "../../shared/press.js";

/** @typedef {import("./shapes.js").Given} Given */
/** @typedef {import("./shapes.js").Service} Service */

/** `kinds` are the priority tiles that were touched; they stay on this screen and are never sent.
 *  @typedef {object} Visit
 *  @property {"home" | "agency" | "service"} screen
 *  @property {boolean} adding - looking for one service more
 *  @property {number | null} agency
 *  @property {number | null} service
 *  @property {number[]} extras
 *  @property {Record<number, number>} cases - why each service is needed, as far as it was said
 *  @property {number[]} ready - requirements that the citizen has touched
 *  @property {string[]} kinds
 *  @property {string} pressId - one for the whole visit: however often it is sent, one number
 *  @property {string} at - the button that a step back returns to, empty after a step on
 *  @property {boolean} pending
 *  @property {Given | null} given */

/** @returns {Visit} */
export function newVisit() {
  return {
    screen: "home",
    adding: false,
    agency: null,
    service: null,
    extras: [],
    cases: {},
    ready: [],
    kinds: [],
    pressId: pressId(),
    at: "",
    pending: false,
    given: null,
  };
}

/** @param {Visit} visit
 *  @param {number} agency
 *  @returns {Visit} */
export function openAgency(visit, agency) {
  return { ...visit, screen: "agency", agency, at: "" };
}

/** @param {Visit} visit
 *  @param {Service} service
 *  @returns {Visit} */
export function openService(visit, service) {
  const fresh = { cases: {}, extras: [], ready: [], kinds: visit.kinds };
  return { ...visit, ...fresh, screen: "service", service: service.id, at: "" };
}

/** Why the service is needed; a service with one case needs no question.
 *  @param {Visit} visit @param {Service} service @returns {number | null} */
export function chosenCase(visit, service) {
  const [only, another] = service.cases;
  const said = visit.cases[service.id] ?? null;
  return only && !another ? only.id : said;
}

/** @param {Visit} visit @param {Service} service @param {number} id @returns {Visit} */
export function chooseCase(visit, service, id) {
  return { ...visit, cases: { ...visit.cases, [service.id]: id } };
}

/** What the service asks for in the chosen case. @param {Service} service @param {Visit} visit */
export function needed(service, visit) {
  const id = chosenCase(visit, service);
  const chosen = service.cases.find((one) => one.id === id);
  return service.requirements.filter(
    ({ cases }) => !cases.length || (chosen && cases.includes(chosen.code))
  );
}

/** Whether more may be needed than is known without a reason.
 *  @param {Service} service @param {Visit} visit */
export function lacksReason(service, visit) {
  const open = chosenCase(visit, service) === null;
  return open && service.requirements.some(({ cases }) => cases.length > 0);
}

/** Looks through all agencies for one service more. @param {Visit} visit @returns {Visit} */
export function lookForMore(visit) {
  return { ...visit, screen: "home", adding: true, agency: null, at: "" };
}

/** @param {Visit} visit @param {number} id @returns {Visit} */
export function toggleExtra(visit, id) {
  const extras = toggled(visit.extras, id);
  return { ...visit, extras, adding: false, screen: "service", at: serviceAt(id) };
}

/** What an agency's button is called. @param {number | null} id */
export function agencyAt(id) {
  return `agency-${id}`;
}

/** What a service's button is called. @param {number | null} id */
export function serviceAt(id) {
  return `service-${id}`;
}

// What the buttons that look for one service more are called.
export const MORE_AT = "more";

/** One step back, the way the citizen came. @param {Visit} visit @returns {Visit} */
export function goBack(visit) {
  const { screen, adding, given } = visit;
  if (screen === "agency") {
    const at = agencyAt(visit.agency);
    return adding ? { ...visit, screen: "home", agency: null, at } : { ...newVisit(), at };
  }
  if (adding) return { ...visit, adding: false, screen: given ? "home" : "service", at: MORE_AT };
  const at = serviceAt(visit.service);
  return visit.agency === null ? { ...newVisit(), at } : { ...visit, screen: "agency", at };
}

/** @template T
 *  @param {T[]} list
 *  @param {T} one
 *  @returns {T[]} the list with `one` where it was missing, without it where it stood */
export function toggled(list, one) {
  return list.includes(one) ? list.filter((other) => other !== one) : [...list, one];
}

/** The services that this visit asks for, the main one first. @param {Visit} visit */
export function wanted(visit) {
  return visit.service === null ? [] : [visit.service, ...visit.extras];
}

/** One service as a press sends it. @param {Visit} visit @param {Service} service */
export function wish(visit, service) {
  const case_id = chosenCase(visit, service);
  return case_id === null ? { service_id: service.id } : { service_id: service.id, case_id };
}

/** What the press sends.
 *  @param {Visit} visit @param {Record<string, Service>} offered @param {string} language */
export function order(visit, offered, language) {
  const chosen = wanted(visit).flatMap((id) => offered[id] ?? []);
  const services = chosen.map((service) => wish(visit, service));
  const priority = visit.kinds.length > 0;
  return { press_id: visit.pressId, services, priority, language };
}
