// Parts that a screen reader would meet without a name. What a chart is built of is hidden by its role.
const parts = [...document.querySelectorAll("section, aside, [role=img], [role=group], table")];
return parts
  .filter((part) => !part.closest(".chart table"))
  .filter((part) => !part.ariaLabel && !part.getAttribute("aria-labelledby") && !part.caption)
  .map((part) => part.outerHTML.slice(0, 80));
