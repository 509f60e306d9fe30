// One account as a bar: equity, its change beside what was realised, room, and what is connected.

import { figure, make, put } from "./dom.js";
import { amount, change, percent, tone } from "./format.js";

export class AccountBar {
  #button = null;
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

  update(account, shared) {
    const badges = [];
    if (account.dry_run) badges.push(make("span", { class: "badge dry" }, "DRY"));
    if (account.stopped) badges.push(make("span", { class: "badge stopped" }, `STOPPED: ${account.stopped}`));
    if (account.equity === null) badges.push(make("span", { class: "unit" }, "starting"));
    this.#badges.replaceChildren(...badges);
    put(this.#equity.value, amount(account.equity));
    put(this.#change.value, change(account.change));
    this.#change.value.className = `value ${tone(account.change)}`;
    put(this.#realised.value, change(account.realised));
    this.#realised.value.className = `value ${tone(account.realised)}`;
    const equity = Number(account.equity);
    this.#available.show(amount(account.available), equity > 0 ? Number(account.available) / equity : 0, false);
    const rate = Number(account.maintenance_rate ?? 0);
    this.#maintenance.show(percent(account.maintenance_rate), rate, rate > Number(account.maintenance_high));
    this.#streams.replaceChildren(...Object.entries({ ...shared, ...account.streams }).map(stream));
  }
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
