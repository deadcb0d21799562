// Comforts for browsers with scripts; every page works without. Text marked data-copy gets a button that copies it.
"use strict";

function offerCopy(root) {
  if (!navigator.clipboard) return;
  for (const element of root.querySelectorAll("[data-copy]")) {
    if (element.nextElementSibling?.classList.contains("copy")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy ${element.dataset.copy}`);
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(element.textContent.trim());
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    element.after(button);
  }
}

offerCopy(document);
document.addEventListener("htmx:after:swap", () => offerCopy(document));
