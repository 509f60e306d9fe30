// What a screen reader says by itself: connection, warnings and stops, at most once in ten seconds.

import { byId, put } from "./dom.js";

const EVERY_MS = 10_000;
let waiting = [];
let quietUntil = 0;
let timer = 0;

/** Say a sentence soon; several that wait become one. */
export function announce(sentence) {
  waiting.push(sentence);
  clearTimeout(timer);
  timer = setTimeout(say, Math.max(quietUntil - Date.now(), 300));
}

function say() {
  const newest = waiting.at(-1);
  put(byId("announcer"), waiting.length > 1 ? `${waiting.length} messages, the last: ${newest}` : newest);
  waiting = [];
  quietUntil = Date.now() + EVERY_MS;
}
