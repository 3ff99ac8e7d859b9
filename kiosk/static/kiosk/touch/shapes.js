// The shapes of what the server tells the kiosk, for the type checker; nothing here runs.

/** A text in both languages.
 *  @typedef {{id: string, en: string}} Both */

/** @typedef {{id: number, name: string, short_name: string, need: Both, icon: string,
 *    services: number[]}} Agency */

/** @typedef {{id: number, code: string, name: Both}} Case */

/** `here` is the service of this mall that makes the paper.
 *  @typedef {{id: number, text: Both, cases: string[], here: number | null}} Requirement */

/** What the server decided to say of a fee; a note is never left out.
 *  @typedef {{kind: "free" | "conditional" | "sum" | "tariff" | "unknown", idr: number,
 *    note: Both}} Fee */

/** @typedef {{id: number, agency_id: number, name: Both, subtitle: Both, icon: string,
 *    popular: number | null, handling_m: number, fee: Fee,
 *    after_id: number | null, cases: Case[], requirements: Requirement[]}} Service */

/** Minutes after midnight; a break begins and ends.
 *  @typedef {{weekday: number, opens_m: number, closes_m: number, breaks: [number, number][]}} Hours */

/** @typedef {{mall: {name: string, region: string, most_services: number, help_desk: Both},
 *    hours: Hours[], agencies: Agency[], services: Record<string, Service>}} Catalogue */

/** What somebody who asks now is told; minutes.
 *  `promise` compares the wait with what the service promises; only a `sure` one is told by the
 *  clock, of a doubtful one `not_before` is the earliest instant; `closes_at` is when its desks close,
 *  `opens_at` when they open, while that is still to come.
 *  @typedef {{low_m: number, high_m: number, ahead: number, promise: Promised, chance: Chance,
 *    not_before: string | null, closes_at: string | null, opens_at: string | null}} Newcomer */

/** @typedef {"kept" | "at_risk" | "broken"} Promised */

/** Whether somebody who waits is called before the desks of the service close.
 *  @typedef {"sure" | "doubtful" | "unlikely"} Chance */

/** What is said of a need that may not be served today.
 *  @typedef {{service: Both, chance: Chance, not_before: string | null,
 *    closes_at: string | null}} Doubt */

/** Whether numbers are given: now, later today, used up, ended while desks serve on, over with
 *  them, or today by nobody; `next_at` is when they are given again, `serves_at` when desks serve
 *  then, or today while numbers are given before; `few_left` how many are left once they are few.
 *  @typedef {{state: "open" | "not_yet" | "used_up" | "ended" | "over" | "closed",
 *    next_at: string | null, serves_at: string | null, few_left: number | null}} Intake */

/** `until_at` is when its numbers end today; a wait is null while no open desk offers it.
 *  @typedef {Intake & {until_at: string | null, waiting: number, regular: Newcomer | null,
 *    priority: Newcomer | null}} Figures */

/** @typedef {{phase: "open" | "closed" | "break" | "cut_off", next_at: string | null,
 *    serves_at: string | null, opens_at: string | null, cut_off_at: string | null,
 *    closes_at: string | null, pauses_until: string | null, holiday: string, waiting: number, desks_open: number, services: Record<string, Figures>}} Hall */

/** One need on a number; without a reason its papers may not be all.
 *  @typedef {{name: Both, case: Both | null, papers: Both[], lacks_reason: boolean,
 *    fee: Fee}} Need */

/** @typedef {{token: string, number: string, needs: Need[], in_order: boolean,
 *    zone: {name: string, flower: string, place: Both}, desks: string, ahead: number,
 *    elsewhere: Array<{service: Both, zone: string, desks: string}>,
 *    expected: [string, string] | null, doubts: Doubt[], url: string,
 *    job_id?: number | null}} Given */

/** @typedef {{idle_s: number, warning_s: number, ticket_s: number,
 *    ticket_without_paper_s: number, paper_s: number, sending_s: number}} Patience */

/** @typedef {{mall_id: number, device_id: number, time_zone: string, now: string, catalogue: Catalogue,
 *    services: Hall, patience: Patience, prints: boolean}} Boot */

export {};
