// The equity curve: the change of equity, and beside it what was realised, in USDT since the process began.

import {
  BaselineSeries,
  LineSeries,
  LineStyle,
} from "./vendor/lightweight-charts/lightweight-charts.standalone.production.mjs";
import { at, chartIn, history, holder, onRange, ordered } from "./charts.js";
import { byId, figure, make, put, table } from "./dom.js";
import { change, clock, tone } from "./format.js";
import { colour } from "./themes.js";

const ROWS = 12;
/** With so many points it asks for the history again, which is bounded. */
const MOST_POINTS = 2_000;

export class Equity {
  #account = null;
  #holder = holder("Chart of the change of equity and of realised profit");
  #change = figure("change of equity");
  #realised = figure("realised");
  #table = table("Change of equity and realised profit", ["time (UTC)", "change of equity", "realised"]);
  #chart;
  #curve;
  #line;
  #points = [];
  #step = 1;
  #turn = 0;
  #loading = false;
  #newest = null;

  constructor() {
    for (const [each, name] of [[this.#change, "line-key"], [this.#realised, "line-key realised"]]) {
      each.root.firstChild.prepend(make("span", { class: name, "aria-hidden": "true" }));
    }
    const legend = make("div", { class: "equity-legend" }, this.#change.root, this.#realised.root);
    const scroll = make("div", { class: "scroll" }, this.#table.root);
    const details = make("details", {}, make("summary", {}, "Curve as a table"), scroll);
    details.addEventListener("toggle", () => this.#rows());
    byId("equity").append(legend, this.#holder, details);
    const made = chartIn(this.#holder, () => this.#colours());
    this.#chart = made.chart;
    const quiet = { priceLineVisible: false, lastValueVisible: false };
    this.#curve = this.#chart.addSeries(BaselineSeries, { ...quiet, lineWidth: 2, baseValue: { type: "price", price: 0 } });
    this.#line = this.#chart.addSeries(LineSeries, { ...quiet, lineWidth: 2, lineStyle: LineStyle.Dashed });
    onRange(() => this.load());
    made.dress();
  }

  /** Show another account. */
  choose(key) {
    this.#account = key;
    this.#newest = null;
    this.load();
  }

  async load() {
    if (this.#account === null) return;
    const turn = ++this.#turn;
    this.#loading = true;
    const told = await history(this.#account);
    if (turn !== this.#turn) return;
    this.#loading = false;
    if (told === null) return;
    this.#step = told.step_s;
    this.#points = told.points;
    this.#curve.setData(ordered(told.points.map((point) => at(point[0], point[1]))));
    this.#line.setData(ordered(told.points.map((point) => at(point[0], point[2]))));
    if (this.#newest !== null) this.update(...this.#newest);
    this.#chart.timeScale().fitContent();
    this.#rows();
  }

  update(account, nowMs) {
    this.#newest = [account, nowMs];
    for (const [each, text] of [[this.#change, account.change], [this.#realised, account.realised]]) {
      put(each.value, change(text));
      each.value.className = `value ${tone(text)}`;
    }
    if (this.#loading || account.change === null) return;
    const time = Math.floor(nowMs / 1000 / this.#step) * this.#step;
    if (time < (this.#points.at(-1)?.[0] ?? 0)) return;
    if (time > (this.#points.at(-1)?.[0] ?? 0)) this.#points.push([time, account.change, account.realised]);
    this.#curve.update(at(time, account.change));
    this.#line.update(at(time, account.realised));
    this.#chart.timeScale().fitContent();
    this.#rows();
    if (this.#points.length > MOST_POINTS) this.load();
  }

  /** A dozen points over the whole range; only while somebody looks at them. */
  #rows() {
    if (!byId("equity").querySelector("details").open) return;
    const every = Math.max(1, Math.ceil(this.#points.length / ROWS));
    const shown = this.#points.filter((_, index) => (this.#points.length - 1 - index) % every === 0).reverse();
    const rows = shown.map(([second, ...values]) => {
      const cells = [clock(second * 1000), ...values.map((text) => change(text))];
      return make("tr", {}, ...cells.map((text) => make("td", {}, text)));
    });
    this.#table.body.replaceChildren(...rows);
  }

  #colours() {
    if (this.#curve === undefined) return;
    const shade = (name, share) => colour(name).replace(/^rgb\((.*)\)$/, `rgba($1, ${share})`);
    this.#curve.applyOptions({
      topLineColor: colour("gain"),
      topFillColor1: shade("gain", 0.25),
      topFillColor2: shade("gain", 0.03),
      bottomLineColor: colour("loss"),
      bottomFillColor1: shade("loss", 0.03),
      bottomFillColor2: shade("loss", 0.25),
    });
    this.#line.applyOptions({ color: colour("muted") });
  }
}
