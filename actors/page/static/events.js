// What has happened, newest first. A screen reader hears warnings only, and not each by itself.

import { announce } from "./announcer.js";
import { byId, make } from "./dom.js";
import { clock } from "./format.js";

const SHOWN = 120;

export class Events {
  /** Everything anew. */
  replace(events) {
    byId("events").replaceChildren();
    this.add(events, false);
  }

  add(events, aloud = true) {
    const list = byId("events");
    const loud = events.filter((event) => event.severity !== "info");
    list.prepend(...events.slice(-SHOWN).reverse().map(entry));
    while (list.children.length > SHOWN) list.lastChild.remove();
    if (aloud) for (const event of loud) announce(sentence(event));
  }
}

function sentence(event) {
  return [`${event.severity}:`, event.account && `account ${event.account}`, event.subject, event.text].filter(Boolean).join(" ");
}

function entry(event) {
  const who = [event.account, event.subject].filter(Boolean).join(" ");
  const time = make("time", { datetime: new Date(event.at_ms).toISOString() }, clock(event.at_ms));
  const severity = event.severity === "info" ? null : make("span", { class: "severity" }, ` ${event.severity}`);
  return make("li", { class: event.severity }, make("span", { class: "head" }, time, severity, who ? ` ${who} ` : " "), event.text);
}
