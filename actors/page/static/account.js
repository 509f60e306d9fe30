// One account as a bar: equity, its change beside what was realised, room, and what is connected.

import { announce } from "./announcer.js";
import { figure, make, put } from "./dom.js";
import { amount, change, percent, tone } from "./format.js";

export class AccountBar {
  #button = null;
  #down = null;
  #equity = figure("equity");
  #change = figure("change of equity");
  #realised = figure("realised");
  #available = bar("available");
  #maintenance = bar("maintenance");
  #badges = make("span", { class: "badges" });
  #streams = make("ul", { class: "streams", "aria-label": "Connections" });

  /** `choose` is called when it is pressed; null where there is only one account. */
  constructor(account, choose) {
    const title = `${account.account} ${account.name}`;
    if (choose) {
      this.#button = make("button", { type: "button", class: "pick" }, title);
      this.#button.addEventListener("click", choose);
    }
    const name = make("div", { class: "who" }, this.#button ?? make("strong", {}, title), this.#badges);
    const pair = make("div", { class: "pair" }, this.#change.root, this.#realised.root);
    const parts = [name, this.#equity.root, pair, this.#available.root, this.#maintenance.root, this.#streams];
    this.root = make("div", { class: "account", role: "group", "aria-label": title }, ...parts);
  }

  set chosen(chosen) {
    this.#button?.setAttribute("aria-pressed", String(chosen));
  }

  /** `nowMs` is the bot's: a freeze ends by time alone. */
  update(account, shared, nowMs) {
    this.#list(this.#badges, badges(account, nowMs));
    if (account.down !== this.#down && account.down !== null) {
      announce(`critical: account ${account.account} does not run: ${account.down}`);
    }
    this.#down = account.down;
    put(this.#equity.value, amount(account.equity));
    put(this.#change.value, change(account.change));
    this.#change.value.className = `value ${tone(account.change)}`;
    put(this.#realised.value, change(account.realised));
    this.#realised.value.className = `value ${tone(account.realised)}`;
    const equity = Number(account.equity);
    this.#available.show(amount(account.available), equity > 0 ? Number(account.available) / equity : 0, false);
    const rate = Number(account.maintenance_rate ?? 0);
    this.#maintenance.show(percent(account.maintenance_rate), rate, rate > Number(account.maintenance_high));
    this.#list(this.#streams, Object.entries({ ...shared, ...account.streams }).map(stream));
  }

  /** Only where it differs: a reader's place and a selection stay. */
  #list(node, children) {
    const same = children.length === node.children.length && children.every((child, at) => child.isEqualNode(node.children[at]));
    if (!same) node.replaceChildren(...children);
  }
}

/** What keeps it from trading, before any figure; while its actors don't run, the rest is old. */
function badges(account, nowMs) {
  const found = [];
  const add = (kind, text) => found.push(make("span", { class: `badge ${kind}` }, text));
  if (account.dry_run) add("dry", "DRY");
  if (account.down !== null) add("stopped", `NOT RUNNING: ${account.down}`);
  if (account.stopped) add("stopped", `STOPPED: ${account.stopped}`);
  else if (account.down === null && nowMs < account.frozen_until_ms) add("frozen", "FROZEN: no entry leaves");
  else if (account.down === null && account.averaging_frozen) add("frozen", "AVERAGING FROZEN: too little is available");
  if (account.equity === null && account.down === null) found.push(make("span", { class: "unit" }, "starting"));
  return found;
}

function stream([name, up]) {
  const dot = make("span", { class: "dot", "aria-hidden": "true" });
  return make("li", { class: up ? "up" : "down" }, dot, up ? `${name} up` : `${name} DOWN`);
}

/** A share from 0 to 1 as a bar, with its text. */
function bar(name) {
  const value = make("span", {}, "–");
  const fill = make("i");
  const meter = make("div", { class: "meter", "aria-hidden": "true" }, fill);
  const row = make("div", { class: "row" }, make("span", { class: "name" }, name), value);
  const root = make("div", { class: "figure" }, row, meter);
  const show = (text, share, high) => {
    put(value, text);
    fill.style.width = `${Math.min(Math.max(share, 0), 1) * 100}%`;
    meter.classList.toggle("high", high);
  };
  return { root, show };
}
