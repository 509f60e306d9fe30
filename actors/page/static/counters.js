// What is counted for an account in this run; what should stay at zero is marked when it doesn't.

import { byId, make, put } from "./dom.js";
import { amount, latency } from "./format.js";

/** Name on the page: name on the wire, and whether it should stay at zero. */
const COUNTERS = {
  orphans: ["orphans", true],
  recoveries: ["recoveries", true],
  resyncs: ["resyncs", true],
  "late fills": ["late_fills", false],
  refused: ["refused", false],
  unknown: ["unknown", false],
  sent: ["sent", false],
  amended: ["amended", false],
  cancelled: ["cancelled", false],
  "failed syncs": ["sync_failures", true],
  "failed writes": ["state_failures", true],
  disconnections: ["stream_losses", true],
};

export class Counters {
  #values = {};
  #cycles;
  #latency;

  constructor() {
    this.#latency = this.#add("TP fill to act: p50 / p99 / longest", "wide");
    this.#cycles = this.#add("cycles closed, fees, funding (USDT)", "wide");
    for (const name of Object.keys(COUNTERS)) this.#values[name] = this.#add(name, "");
  }

  update(account) {
    for (const [name, [key, zero]] of Object.entries(COUNTERS)) {
      const count = account.counters[key];
      put(this.#values[name], amount(String(count), 0));
      this.#values[name].parentNode.className = zero && count > 0 ? "bad" : "";
    }
    put(this.#cycles, `${account.cycles}, ${amount(account.fees)}, ${amount(account.funding)}`);
  }

  latencies(told) {
    const text = told.count ? `${latency(told.p50)} / ${latency(told.p99)} / ${latency(told.max)} ms` : "no close yet";
    put(this.#latency, text);
  }

  #add(name, wide) {
    const value = make("dd", {}, "–");
    byId("counters").append(make("div", { class: wide }, make("dt", {}, name), value));
    return value;
  }
}
