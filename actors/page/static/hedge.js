// One side of a symbol: how it stands, and its ladder as a table.

import { make, put, table } from "./dom.js";
import { amount, change, percent, placesOf, quantity, tone } from "./format.js";

const FACTS = ["size", "average", "take profit", "to TP", "open P/L", "realised"];

export class Hedge {
  #side;
  #facts = {};
  #status = make("span", { class: "status" });
  #cycle = make("span", { class: "cycle" });
  #ladder;

  constructor(symbol, side) {
    this.#side = side;
    const name = side.toLowerCase();
    this.#ladder = table(`${symbol} ${side}: ladder`, ["level", "price", "away %", "qty", "state"], { class: "ladder" });
    const facts = make("dl", { class: "facts" });
    for (const fact of FACTS) {
      this.#facts[fact] = make("dd");
      facts.append(make("div", {}, make("dt", {}, fact), this.#facts[fact]));
    }
    const title = make("h4", { class: name }, side);
    this.root = make(
      "div",
      { class: `hedge of-${name}`, role: "group", "aria-label": `${symbol} ${side}` },
      make("div", { class: "hedge-head" }, title, this.#status, this.#cycle),
      facts,
      this.#ladder.root,
    );
  }

  update(picture) {
    const side = picture.sides.find((each) => each.side === this.#side);
    if (side === undefined) return;
    const places = placesOf(picture.tick);
    put(this.#status, side.status);
    this.#status.dataset.status = side.status;
    put(this.#cycle, `cycle ${side.cycle} · ${side.levels}/${side.max_levels} levels`);
    const held = Number(side.size) > 0;
    this.#fact("size", held ? quantity(side.size) : "–");
    this.#fact("average", amount(side.average, places));
    const missing = side.unprotected;
    this.#fact("take profit", missing && side.take_profit === null ? "none" : amount(side.take_profit, places), missing ? "missing" : "");
    this.#fact("to TP", percent(side.to_take_profit));
    this.#fact("open P/L", change(side.unrealised), tone(side.unrealised));
    this.#fact("realised", change(side.realised), tone(side.realised));
    this.#rows(side, Number(picture.last), places);
  }

  #fact(name, text, tones = "") {
    put(this.#facts[name], text);
    this.#facts[name].className = tones;
  }

  #rows(side, last, places) {
    const body = this.#ladder.body;
    while (body.rows.length > side.ladder.length) body.deleteRow(-1);
    while (body.rows.length < side.ladder.length) {
      const cells = ["", "", "", "", "state"].map((name) => make("td", { class: name }));
      body.append(make("tr", {}, ...cells));
    }
    side.ladder.forEach((level, index) => {
      const row = body.rows[index];
      row.className = level.state;
      const away = level.price === null || !last ? null : Number(level.price) / last - 1;
      const texts = [
        String(level.level),
        amount(level.price, places),
        away === null ? "–" : change(away * 100),
        quantity(level.qty),
        level.state,
      ];
      texts.forEach((text, column) => put(row.cells[column], text));
    });
  }
}
