// The theme's button, and the theme's colours for what is drawn on canvas.

import { byId, put } from "./dom.js";

const THEMES = ["auto", "light", "dark"];
const listeners = new Set();
const probe = document.createElement("span");

/** A colour of tokens.css as the canvas wants it: "rgb(…)". */
export function colour(name) {
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}

/** Call `listener` whenever the colours have changed; gives what ends that. */
export function onTheme(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell() {
  for (const listener of listeners) listener();
}

function choose(theme) {
  document.documentElement.dataset.theme = theme;
  put(byId("theme"), `Theme: ${theme}`);
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // no storage: it holds until the page is left
  }
  tell();
}

/** Make the button work. */
export function startThemes() {
  probe.hidden = true;
  document.body.append(probe);
  const root = document.documentElement;
  put(byId("theme"), `Theme: ${root.dataset.theme}`);
  byId("theme").addEventListener("click", () => {
    choose(THEMES[(THEMES.indexOf(root.dataset.theme) + 1) % THEMES.length]);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", tell);
}
