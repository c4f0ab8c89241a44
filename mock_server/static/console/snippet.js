// The request as code, in tabs, to copy.

import { byId } from "./dom.js";

const tabs = () => [...document.querySelectorAll("[role=tab]")];
const place = () => byId("snippet").firstElementChild;

/** Wire the tabs; `choose(language)` takes the one that somebody chooses. */
export function snippet(choose) {
  for (const tab of tabs()) {
    tab.addEventListener("click", () => choose(tab.dataset.language));
    tab.addEventListener("keydown", move);
  }
  byId("copy").addEventListener("click", copy);
}

/** Show the code in its tab. */
export function showSnippet(code, language) {
  place().textContent = code;
  for (const tab of tabs()) {
    const chosen = tab.dataset.language === language;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    if (chosen) byId("snippet").setAttribute("aria-labelledby", tab.id);
  }
}

function move(event) {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  const all = tabs();
  const next = all[(all.indexOf(event.target) + by + all.length) % all.length];
  next.focus();
  next.click();
}

async function copy() {
  try {
    await navigator.clipboard.writeText(place().textContent);
    byId("copy").textContent = "Copied";
  } catch {
    // No clipboard without a secure context: what is selected can be copied by hand.
    getSelection().selectAllChildren(place());
    byId("copy").textContent = "Selected";
  }
  setTimeout(() => (byId("copy").textContent = "Copy"), 1500);
}
