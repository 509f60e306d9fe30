// Before anything is drawn: the theme that was chosen here, or the system's.
"use strict";
(() => {
  let theme = "auto";
  try {
    theme = localStorage.getItem("theme") ?? "auto";
  } catch {
    // no storage: the system's theme
  }
  document.documentElement.dataset.theme = theme;
})();
