// The shapes that the wall's modules hand to each other.

/** @typedef {{id: string, en: string}} Both a sentence in both languages */
/** @typedef {{id: number, name: string, bare_name: string, flower: string, place: Both}} Zone */
/** @typedef {Zone & {desks: string[], needs: Both[]}} HallZone */
/** @typedef {{number: string, state: string, ticket: string, until_at: string | null,
 *   needs: Both[]}} Desk */
/** `zone_id` is where the desk stands; a call is shown where its citizen sits, too.
 *  @typedef {{call_id: number, ticket: string, desk: string, zone_id: number, round: number,
 *   at: string}} Call */

/** What the server says of one zone.
 *  @typedef {{seq: number, now: string, epoch: string, zone: Zone, phase: string,
 *   opens_at: string | null, closes_at: string | null, next_at: string | null,
 *   serves_at: string | null, holiday: string, desks: Desk[],
 *   calls: Call[], awaited: Call[], next: string[], waiting: number}} ZoneState */

/** Until `once_ms` the clip says it for the first time.
 *  @typedef {{audio: string, voice: boolean, duration_s: number, once_ms: number}} Sound */
/** A number that is called in the zone `zone_id` to a desk in `desk_zone_id`; `seq` is the
 *  journal's newest entry that the caller knew of.
 *  @typedef {Sound & {call_id: number, zone_id: number, desk_zone_id: number, number: string, desk: string, round: number,
 *   language: string, at: string, seq: number, text?: undefined}} Invitation */
/** What everybody shall know.
 *  @typedef {Sound & {text: Both, number?: undefined}} Notice */
/** What is to be heard once.
 *  @typedef {Invitation | Notice} Announcement */

/** What the page was loaded with; `zone_id` is null on a screen of the whole hall.
 *  @typedef {{name: string, mall: {name: string, region: string}, zone_id: number | null, arrow: string | null,
 *   voice: boolean, now: string, running: Both[], zones: HallZone[]}} Boot */

/** Everything that is on the screen now. `lostSince` is in server milliseconds, 0 when the screen
 *  was never connected, null while it is live; `halted` tells that the server answers all the same.
 *  @typedef {{boot: Boot, states: ZoneState[], current: Announcement | null,
 *   sound: "on" | "blocked" | "none", lostSince: number | null, halted: boolean, now: Date}} Model */

export {};
