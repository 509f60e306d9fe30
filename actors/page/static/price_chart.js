// A symbol's price with averages and take profits as they went, pending entries, and fills.

import {
  LineSeries,
  LineStyle,
  LineType,
  createSeriesMarkers,
} from "./vendor/lightweight-charts/lightweight-charts.standalone.production.mjs";
import { at, chartIn, history, onRange, ordered } from "./charts.js";
import { joined } from "./fills.js";
import { placesOf } from "./format.js";
import { colour } from "./themes.js";

/** After so many points of its own it asks for the history again, which is thinned. */
const MOST_POINTS = 2_000;
/** Room for the labels at the axis, so that they hide no price. */
const LABELS_PX = 68;
const SIDES = ["LONG", "SHORT"];

export class PriceChart {
  #path;
  #chart;
  #dress;
  #price;
  #lines = {};
  #labels = {};
  #entries = [];
  #marks;
  #fills = [];
  #late = []; // came while the history was on its way
  #picture = null;
  #step = 1;
  #newest = 0;
  #points = 0;
  #places = null;
  #turn = 0;
  #loading = false;
  #ends;

  constructor(node, path) {
    this.#path = path;
    const made = chartIn(node, () => this.#colours());
    this.#chart = made.chart;
    this.#chart.timeScale().applyOptions({ rightOffsetPixels: LABELS_PX });
    this.#dress = made.dress;
    const quiet = { lastValueVisible: false, priceLineVisible: false, crosshairMarkerVisible: false };
    for (const side of SIDES) {
      const stepped = { ...quiet, lineType: LineType.WithSteps };
      this.#lines[side] = {
        average: this.#chart.addSeries(LineSeries, { ...stepped, lineWidth: 2 }),
        profit: this.#chart.addSeries(LineSeries, { ...stepped, lineWidth: 1, lineStyle: LineStyle.Dashed }),
      };
    }
    this.#price = this.#chart.addSeries(LineSeries, {
      lineWidth: 2,
      priceLineVisible: false,
      autoscaleInfoProvider: (original) => this.#scale(original()),
    });
    this.#marks = createSeriesMarkers(this.#price, []);
    this.#ends = [onRange(() => this.load()), made.end];
    this.#dress();
  }

  /** Take the whole history anew. */
  async load() {
    const turn = ++this.#turn;
    this.#loading = true;
    const told = await history(this.#path);
    if (turn !== this.#turn) return;
    this.#loading = false;
    if (told === null) return;
    this.#step = told.step_s;
    const column = (index) => ordered(told.points.map((point) => at(point[0], point[index])));
    this.#price.setData(column(1));
    SIDES.forEach((side, index) => {
      this.#lines[side].average.setData(column(2 + 2 * index));
      this.#lines[side].profit.setData(column(3 + 2 * index));
    });
    this.#points = told.points.length;
    this.#newest = told.points.at(-1)?.[0] ?? 0;
    this.#fills = joined(told.fills, this.#late);
    this.#late = [];
    this.#draw();
  }

  /** The newest picture, and what was filled since the one before. */
  update(picture, fills) {
    this.#picture = picture;
    if (this.#loading) this.#late.push(...fills);
    else this.#fills = joined(this.#fills, fills);
    if (!this.#loading) this.#draw();
  }

  /** It is shown no more. */
  end() {
    this.#turn += 1;
    for (const end of this.#ends) end();
  }

  #draw() {
    const picture = this.#picture;
    if (picture === null || picture.last === null) return;
    const time = Math.floor(picture.at_ms / 1000 / this.#step) * this.#step;
    if (time >= this.#newest) {
      this.#points += time > this.#newest ? 1 : 0;
      this.#newest = time;
      this.#price.update(at(time, picture.last));
      for (const side of picture.sides) {
        this.#lines[side.side].average.update(at(time, side.average));
        this.#lines[side.side].profit.update(at(time, side.take_profit));
      }
    }
    this.#format(placesOf(picture.tick));
    this.#drawLevels(picture);
    this.#drawMarks();
    this.#chart.timeScale().fitContent();
    if (this.#points > MOST_POINTS) this.load();
  }

  /** The library draws all anew when it is told, so it is told once. */
  #format(places) {
    if (this.#places === places) return;
    this.#places = places;
    const priceFormat = { type: "price", precision: places, minMove: 1 / 10 ** places };
    for (const series of this.#all()) series.applyOptions({ priceFormat });
  }

  /** Averages and TPs have a label at the axis; pending entries a dotted line, too. */
  #drawLevels(picture) {
    const wanted = [];
    for (const side of picture.sides) {
      const letter = side.side[0]; // colour alone says nothing to some
      const hue = colour(side.side.toLowerCase());
      const label = { color: hue, lineVisible: false, axisLabelVisible: true, axisLabelTextColor: colour("surface") };
      if (side.average !== null) wanted.push({ ...label, price: Number(side.average), title: `${letter} avg` });
      if (side.take_profit !== null) wanted.push({ ...label, price: Number(side.take_profit), title: `${letter} TP` });
      for (const level of resting(side)) {
        const line = { lineVisible: true, lineWidth: 1, lineStyle: LineStyle.Dotted, title: `${letter} entry ${level.level}` };
        wanted.push({ ...label, ...line, price: Number(level.price) });
      }
    }
    while (this.#entries.length > wanted.length) this.#price.removePriceLine(this.#entries.pop().line);
    wanted.forEach((options, index) => {
      const text = JSON.stringify(options);
      const known = this.#entries[index];
      if (known === undefined) this.#entries.push({ line: this.#price.createPriceLine(options), text });
      else if (known.text !== text) {
        known.line.applyOptions(options);
        known.text = text;
      }
    });
  }

  #drawMarks() {
    const key = `${this.#fills.length} ${this.#fills.at(-1)?.at_ms} ${this.#step} ${colour("long")}`;
    if (this.#labels.marks === key) return;
    this.#labels.marks = key;
    const marks = new Map();
    for (const fill of this.#fills) {
      const time = Math.floor(fill.at_ms / 1000 / this.#step) * this.#step;
      const long = fill.side === "LONG";
      marks.set(`${time} ${fill.side} ${fill.opens} ${fill.level}`, {
        time,
        price: Number(fill.price),
        position: "atPriceMiddle",
        shape: fill.opens ? (long ? "arrowUp" : "arrowDown") : "circle",
        color: colour(fill.side.toLowerCase()),
        size: fill.opens ? 0.8 : 0.7,
      });
    }
    const drawn = [...marks.values()].sort((one, other) => one.time - other.time);
    this.#marks.setMarkers(drawn.slice(-200));
  }

  /** The nearest pending entry of each side is always in view. */
  #scale(info) {
    if (info === null || this.#picture === null) return info;
    const range = { ...info.priceRange };
    for (const side of this.#picture.sides) {
      const nearest = resting(side)[0];
      if (nearest === undefined) continue;
      range.minValue = Math.min(range.minValue, Number(nearest.price));
      range.maxValue = Math.max(range.maxValue, Number(nearest.price));
    }
    return { ...info, priceRange: range };
  }

  #all() {
    return [this.#price, ...SIDES.flatMap((side) => Object.values(this.#lines[side]))];
  }

  #colours() {
    if (this.#price === undefined) return;
    this.#price.applyOptions({ color: colour("price") });
    for (const side of SIDES) {
      const color = colour(side.toLowerCase());
      for (const series of Object.values(this.#lines[side])) series.applyOptions({ color });
    }
    if (this.#picture !== null) this.#draw();
  }
}

function resting(side) {
  return side.ladder.filter((level) => level.state === "resting" && level.price !== null);
}
