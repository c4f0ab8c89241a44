// What came back: the line that sums it up, and a page of its own for each way of getting no rows.

import { byId, element, tell } from "./dom.js";
import { plural, size, statusText } from "./format.js";

/** Say that a request is under way. */
export function showWaiting() {
  byId("answer").setAttribute("aria-busy", "true");
}

/** Sum an answer up. */
export function showResult(answer) {
  byId("answer").setAttribute("aria-busy", "false");
  const notes = [
    answer.rows ? plural(answer.rows.length, "row") : null,
    `${answer.ms < 10 ? answer.ms.toFixed(1) : Math.round(answer.ms)} ms`,
    size(answer.bytes),
  ];
  const applied = answer.headers.get("preference-applied");
  byId("result").replaceChildren(
    element("span", { class: "status", "data-kind": String(answer.status)[0] }, statusText(answer.status)),
    element("span", { class: "facts-line" }, notes.filter(Boolean).join(" · ")),
    ...(applied ? [element("span", { class: "chip", title: "Preference-Applied" }, applied)] : []),
    ...(answer.headers.has("x-mock-undocumented") ? [element("span", { class: "chip" }, "not in the document")] : []),
  );
}

/** Say that no answer came. */
export function showSilence() {
  byId("answer").setAttribute("aria-busy", "false");
  byId("result").replaceChildren(element("span", { class: "status", "data-kind": "5" }, "no answer"));
}

const TITLES = {
  400: "The request was refused",
  401: "The key was not accepted",
  422: "A parameter was not accepted",
  429: "Too many requests",
};

let remedies = [];

/** Show why there are no rows; `actions` are `[label, call]` pairs. */
export function showRefusal(title, cause, actions, body) {
  byId("refusal").hidden = false;
  byId("refusal-title").textContent = title;
  byId("refusal-cause").textContent = cause;
  const same = actions.map(([label]) => label).join() === remedies.map(([label]) => label).join();
  remedies = actions;
  // Buttons that stay the same stay where they are: somebody may be about to press one, or have the focus on it.
  if (!same)
    byId("refusal-actions").replaceChildren(
      ...actions.map(([label], index) =>
        element("button", { type: "button", class: "secondary", onclick: () => remedies[index][1]() }, label),
      ),
    );
  tell(
    byId("refusal-body"),
    body === undefined ? "" : typeof body === "string" ? body || "(an empty body)" : JSON.stringify(body, null, 2),
  );
}

export function hideRefusal() {
  byId("refusal").hidden = true;
}

/** Title and cause of an answer without rows. */
export function explain(answer) {
  const { status, body } = answer;
  const title =
    TITLES[status] ??
    (status >= 500
      ? "The answer is a failure"
      : status === 200
        ? "The answer cannot be read"
        : "The answer has no rows");
  if (status === 200) return [title, "Its body is no list of rows: it may have been cut."];
  if (Array.isArray(body?.detail))
    return [title, body.detail.map(({ loc, msg }) => `${loc.at(-1)}: ${msg}`).join("\n")];
  return [title, body?.message ?? statusText(status)];
}

const PARAMETERS = { start_date: "start", end_date: "end", mode: "mode", slug: "slug" };

/** Mark the fields that a 422 names, and take the marks off all others. */
export function markFields(answer) {
  const refused = new Map();
  if (answer?.status === 422 && Array.isArray(answer.body?.detail))
    for (const { loc, msg } of answer.body.detail) refused.set(loc?.at(-1), msg);
  for (const [parameter, id] of Object.entries(PARAMETERS)) {
    const message = refused.get(parameter);
    byId(id).toggleAttribute("aria-invalid", false);
    if (message) byId(id).setAttribute("aria-invalid", "true");
    tell(byId(`${id}-refused`), message && `${parameter}: ${message}`);
  }
}
