// Numbers as people read them. What comes is exact text; only charts and widths make binary floats of it.

const NONE = "–";
const formats = new Map();

function format(places, sign) {
  const key = `${places}${sign}`;
  if (!formats.has(key)) {
    const digits = { minimumFractionDigits: places, maximumFractionDigits: places };
    formats.set(key, new Intl.NumberFormat("en-US", { ...digits, signDisplay: sign }));
  }
  return formats.get(key);
}

const typeset = (text) => text.replace("-", "−");

/** "10,003.21" */
export function amount(text, places = 2) {
  return text === null || text === undefined ? NONE : typeset(format(places, "negative").format(text));
}

/** "+3.21", "−0.50", "0.00" */
export function change(text, places = 2) {
  return text === null || text === undefined ? NONE : typeset(format(places, "exceptZero").format(text));
}

/** "gain", "loss", or "" where it rounds to nothing. */
export function tone(text, places = 2) {
  const shown = change(text, places);
  return shown.startsWith("+") ? "gain" : shown.startsWith("−") ? "loss" : "";
}

/** "1.25 %" for 0.0125 */
export function percent(share, places = 2) {
  if (share === null || share === undefined) return NONE;
  return `${typeset(format(places, "negative").format(Number(share) * 100))} %`;
}

/** How many decimals a symbol's prices have. */
export function placesOf(tick) {
  const text = tick?.includes(".") ? tick.replace(/0+$/, "") : "";
  return text.includes(".") ? text.length - text.indexOf(".") - 1 : tick ? 0 : 2;
}

/** "0.3", without zeros that say nothing. */
export function quantity(text) {
  if (text === null || text === undefined) return NONE;
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** "12:03:44" */
export function clock(atMs) {
  return new Date(atMs).toISOString().slice(11, 19);
}

/** "0:01:23", "2 d 0:01:23" */
export function duration(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (number) => String(number).padStart(2, "0");
  const time = `${Math.floor(seconds / 3600) % 24}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return seconds >= 86400 ? `${Math.floor(seconds / 86400)} d ${time}` : time;
}

/** Milliseconds: "1.4", "1,250" */
export function latency(text) {
  return text === null ? NONE : amount(text, Number(text) >= 10 ? 0 : 1);
}
