// One symbol: price, chart, both sides, and its fills as a table.

import { holder, whenSeen } from "./charts.js";
import { make, put, table } from "./dom.js";
import { amount, change, clock, placesOf, quantity, tone } from "./format.js";
import { Hedge } from "./hedge.js";
import { PriceChart } from "./price_chart.js";

const SHOWN_FILLS = 50;
const LABEL_EVERY_MS = 10_000;
/** Out of view its texts follow so often, its chart not at all: with many symbols a browser has no time for more. */
const UNSEEN_EVERY_MS = 5_000;

export class Card {
  #symbol;
  #last = make("span", { class: "last" }, "–");
  #activity = make("span", { class: "activity" });
  #realised = make("b");
  #change = make("b");
  #holder;
  #chart = null;
  #sides;
  #fills = table("", ["time (UTC)", "side", "what", "price", "quantity", "fee"]);
  #summary = make("summary", {}, "Fills as a table");
  #picture = null;
  #labelled = 0;
  #written = 0;
  #key;
  #seen = false;
  #missed = true; // what the history has and this card lacks
  #loadFills;
  #unwatch;

  /** `loadFills` asks for the fills of before; it is called when somebody looks at the card. */
  constructor(key, symbol, loadFills) {
    this.#key = key;
    this.#symbol = symbol;
    this.#loadFills = loadFills;
    this.#holder = holder(`${symbol}: chart of the price`);
    this.#sides = ["LONG", "SHORT"].map((side) => new Hedge(symbol, side));
    put(this.#fills.title, `Fills of ${symbol}, newest first`);
    const money = make("span", { class: "card-money" }, "realised ", this.#realised, " · account's equity ", this.#change);
    this.root = make(
      "article",
      { class: "card", "aria-label": symbol },
      make("div", { class: "card-head" }, make("h3", {}, symbol), this.#last, this.#activity, money),
      this.#holder,
      make("div", { class: "sides" }, ...this.#sides.map((side) => side.root)),
      make("details", {}, this.#summary, make("div", { class: "scroll" }, this.#fills.root)),
    );
    this.#unwatch = whenSeen(this.root, (seen) => this.#look(seen));
  }

  /** It is shown no more. */
  end() {
    this.#unwatch();
    this.#chart?.end();
  }

  /** Another state has come: what was missed is in the history. */
  reload() {
    this.#missed = true;
    this.#written = 0;
    if (this.#seen) this.#catchUp();
  }

  update(picture, fills) {
    this.#picture = picture;
    if (!this.#seen) this.#missed = true;
    if (!this.#seen && Date.now() - this.#written < UNSEEN_EVERY_MS) return;
    this.#write(picture);
    if (this.#seen) this.#chart?.update(picture, fills);
  }

  /** It has come into view, or left it. */
  #look(seen) {
    this.#seen = seen;
    if (!seen) return;
    if (this.#picture !== null) this.#write(this.#picture);
    this.#chart ??= new PriceChart(this.#holder, this.#key);
    if (this.#missed) this.#catchUp();
  }

  #catchUp() {
    this.#missed = false;
    this.#chart?.load();
    this.#loadFills();
    if (this.#picture !== null) this.#chart?.update(this.#picture, []);
  }

  #write(picture) {
    this.#written = Date.now();
    if (picture.sides.length === 0) {
      put(this.#activity, "starting");
      return;
    }
    const places = placesOf(picture.tick);
    put(this.#last, amount(picture.last, places));
    put(this.#activity, picture.activity);
    put(this.#realised, change(picture.realised));
    this.#realised.className = tone(picture.realised);
    for (const side of this.#sides) side.update(picture);
    this.#describe(picture, places);
  }

  /** The account's change of equity stands beside what the symbol has realised. */
  money(account) {
    put(this.#change, change(account.change));
    this.#change.className = tone(account.change);
  }

  /** The newest fills, newest first. */
  fills(fills) {
    put(this.#summary, `Fills as a table (${fills.length})`);
    const places = placesOf(this.#picture?.tick);
    const rows = fills.slice(-SHOWN_FILLS).reverse().map((fill) => {
      const what = fill.opens ? `entry, level ${fill.level}` : fill.role === "T" ? "take profit" : "close";
      const side = make("td", { class: fill.side.toLowerCase() }, fill.side);
      const texts = [what, amount(fill.price, places), quantity(fill.qty), amount(fill.fee, 4)];
      return make("tr", {}, make("td", {}, clock(fill.at_ms)), side, ...texts.map((text) => make("td", {}, text)));
    });
    this.#fills.body.replaceChildren(...rows);
  }

  #describe(picture, places) {
    if (Date.now() - this.#labelled < LABEL_EVERY_MS) return;
    this.#labelled = Date.now();
    const sides = picture.sides.map((side) => {
      if (side.average === null) return `${side.side} ${side.status}`;
      return `${side.side} average ${amount(side.average, places)}, take profit ${amount(side.take_profit, places)}`;
    });
    const text = `${this.#symbol}: price ${amount(picture.last, places)}. ${sides.join(". ")}. Tables follow.`;
    this.#holder.setAttribute("aria-label", text);
  }
}
