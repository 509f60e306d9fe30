// The page: takes the bot's state and its changes, and lets each part show its own.

import { AccountBar } from "./account.js";
import { announce } from "./announcer.js";
import { Card } from "./card.js";
import { startRanges } from "./charts.js";
import { connect } from "./connection.js";
import { Counters } from "./counters.js";
import { byId, put } from "./dom.js";
import { Equity } from "./equity.js";
import { Events } from "./events.js";
import { joined } from "./fills.js";
import { clock, duration } from "./format.js";
import { startThemes } from "./themes.js";

const model = { run: null, accounts: {}, latencies: {}, symbols: {}, fills: {} };
const bars = new Map();
const cards = new Map();
let chosen = null;
let offsetMs = 0;
let heardMs = null;
let live = false;

startThemes();
startRanges();
const equity = new Equity();
const counters = new Counters();
const events = new Events();

function told(kind, message) {
  offsetMs = message.now_ms - Date.now(); // the bot's clock, not the browser's, says when something was
  if (kind === "state") begin(message);
  for (const key of ["accounts", "latencies", "symbols"]) Object.assign(model[key], message[key]);
  if (message.run) model.run = message.run;
  for (const [key, fills] of Object.entries(message.fills ?? {})) {
    model.fills[key] = joined(model.fills[key] ?? [], fills);
  }
  if (kind === "state") build();
  else show(message);
}

/** Nothing of an older state stays. */
function begin(message) {
  Object.assign(model, { accounts: {}, latencies: {}, symbols: {}, fills: {} });
  events.replace(message.events);
}

function build() {
  const { environment, order } = model.run;
  put(byId("environment"), environment === "mainnet" ? "MAINNET: REAL MONEY" : environment.toUpperCase());
  byId("environment").classList.toggle("real", environment === "mainnet");
  if (JSON.stringify([...bars.keys()]) !== JSON.stringify(order)) {
    bars.clear();
    for (const key of order) bars.set(key, new AccountBar(model.accounts[key], order.length > 1 ? () => choose(key) : null));
    byId("accounts").replaceChildren(...[...bars.values()].map((bar) => bar.root));
  }
  choose(order.includes(chosen) ? chosen : order[0]);
  show({ accounts: model.accounts, latencies: model.latencies, symbols: model.symbols });
}

function choose(key) {
  chosen = key;
  for (const [each, bar] of bars) bar.chosen = each === key;
  equity.choose(key);
  counters.latencies(model.latencies[key]);
  counters.update(model.accounts[key]);
  equity.update(model.accounts[key], nowMs());
  const wanted = model.accounts[key].symbols.map((symbol) => [`${key}/${symbol}`, symbol]);
  if (wanted.some(([each]) => !cards.has(each)) || cards.size !== wanted.length) {
    for (const card of cards.values()) card.end();
    cards.clear();
    for (const [each, symbol] of wanted) cards.set(each, new Card(each, symbol, () => loadFills(each)));
    byId("cards").replaceChildren(...[...cards.values()].map((card) => card.root));
  }
  for (const [each, card] of cards) {
    card.reload();
    card.update(model.symbols[each], []);
    card.money(model.accounts[key]);
  }
}

/** The table of fills begins with what was filled before this page was opened. */
async function loadFills(key) {
  const card = cards.get(key);
  try {
    const answer = await fetch(`/history/${key}?range=24h`, { cache: "no-store" });
    if (!answer.ok) return;
    model.fills[key] = joined((await answer.json()).fills, model.fills[key] ?? []);
    if (cards.get(key) === card) card.fills(model.fills[key]);
  } catch {
    // no connection: the next state loads them
  }
}

function show(message) {
  if (message.run) for (const [key, bar] of bars) bar.update(model.accounts[key], model.run.streams, nowMs());
  for (const [key, account] of Object.entries(message.accounts ?? {})) {
    bars.get(key)?.update(account, model.run.streams, nowMs());
    if (key !== chosen) continue;
    counters.update(account);
    equity.update(account, message.now_ms ?? nowMs());
    for (const card of cards.values()) card.money(account);
  }
  if (message.latencies?.[chosen]) counters.latencies(message.latencies[chosen]);
  for (const [key, picture] of Object.entries(message.symbols ?? {})) {
    cards.get(key)?.update(picture, message.fills?.[key] ?? []);
  }
  for (const key of Object.keys(message.fills ?? {})) cards.get(key)?.fills(model.fills[key]);
  if (message.events) events.add(message.events);
}

function nowMs() {
  return Date.now() + offsetMs;
}

function alive(atMs) {
  offsetMs = atMs - Date.now();
  heardMs = atMs;
  if (live) return;
  live = true;
  connection("live", "live");
  byId("banner").hidden = true;
  document.body.classList.remove("stale");
  announce("connected");
}

function lost() {
  if (!live && heardMs !== null) return;
  live = false;
  connection("lost", "no connection");
  const since = heardMs === null ? "" : ` What is shown is of ${clock(heardMs)} UTC.`;
  put(byId("banner"), `No connection to the bot.${since} Trying again …`);
  byId("banner").hidden = false;
  document.body.classList.add("stale");
  announce("No connection to the bot");
}

function connection(state, text) {
  byId("connection").dataset.state = state;
  put(byId("connection-text"), text);
}

setInterval(() => {
  if (heardMs === null || !live) return;
  put(byId("clock"), `${clock(nowMs())} UTC`);
  put(byId("running"), model.run ? `running ${duration(nowMs() - model.run.started_ms)}` : "");
  for (const [key, bar] of bars) bar.update(model.accounts[key], model.run.streams, nowMs()); // a freeze ends by time
}, 1000);

connect({ told, alive, lost });
