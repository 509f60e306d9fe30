// What all charts share: the library, the theme, ranges, and histories from the bot.

import { createChart } from "./vendor/lightweight-charts/lightweight-charts.standalone.production.mjs";
import { byId, make } from "./dom.js";
import { clock } from "./format.js";
import { colour, onTheme } from "./themes.js";

/** The names are the bot's (actors/page/history.py). */
const RANGES = { "15m": "15 min", "4h": "4 h", "24h": "24 h" };
const listeners = new Set();
let range = "15m";

function layout() {
  const text = colour("muted");
  return {
    layout: {
      background: { color: "transparent" },
      textColor: text,
      fontSize: 11,
      fontFamily: getComputedStyle(document.body).fontFamily,
      attributionLogo: false, // named in the page's last line, with the link
    },
    grid: { vertLines: { color: colour("grid") }, horzLines: { color: colour("grid") } },
    rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.12, bottom: 0.12 } },
    timeScale: { borderColor: colour("line"), timeVisible: true, secondsVisible: range === "15m", allowBoldLabels: false },
    crosshair: { vertLine: { color: text }, horzLine: { color: text } },
  };
}

/** A chart in `holder` in the page's colours; `dressed` sets those of its series at each change, until `end()`. */
export function chartIn(holder, dressed) {
  const chart = createChart(holder, {
    ...layout(),
    autoSize: true,
    handleScroll: false, // the page scrolls, also under a finger
    handleScale: false,
    localization: { timeFormatter: (second) => `${clock(second * 1000)} UTC` },
  });
  const dress = () => {
    chart.applyOptions(layout());
    dressed();
  };
  const forget = onTheme(dress);
  const end = () => {
    forget();
    chart.remove();
  };
  return { chart, dress, end };
}

/** A place for a chart; what is drawn there is told in words by its label. */
export function holder(label) {
  return make("div", { class: "chart", role: "img", "aria-label": label });
}

/** Calls `show` with whether `node` is in view, or near it, whenever that changes; gives what ends the watch. */
export function whenSeen(node, show) {
  const watcher = new IntersectionObserver((entries) => show(entries.at(-1).isIntersecting), { rootMargin: "300px" });
  watcher.observe(node);
  return () => watcher.disconnect();
}

/** The bot's history at `path` for the chosen range; null where it can't be had now. */
export async function history(path) {
  try {
    const answer = await fetch(`/history/${path}?range=${range}`, { cache: "no-store" });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // no connection: the stream's return asks again
  }
}

/** Call `listener` whenever another range is chosen; gives what ends that. */
export function onRange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The buttons that choose the range of every chart. */
export function startRanges() {
  for (const [name, text] of Object.entries(RANGES)) {
    const input = make("input", { type: "radio", name: "range", value: name });
    input.checked = name === range;
    input.addEventListener("change", () => {
      range = name;
      for (const listener of listeners) listener();
    });
    byId("ranges").append(make("label", {}, input, text));
  }
}

/** Numbers by the second, each second once and in order: what the library takes. */
export function ordered(points) {
  return points.filter((point, index) => index === 0 || point.time > points[index - 1].time);
}

/** A number for the library, or nothing at that time. */
export function at(time, text) {
  return text === null || text === undefined ? { time } : { time, value: Number(text) };
}
