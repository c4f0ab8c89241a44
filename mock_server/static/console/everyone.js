// The mock's own state, which every client sees: scenario, delay, faults, and what is wrong with an edited file.

import { byId, element, fill, offer, tell } from "./dom.js";
import * as mock from "./mock.js";

const FAULTS = [
  ["500", "500"],
  ["503", "503"],
  ["429", "429"],
  ["drop", "dropped connection"],
  ["cut", "cut body"],
];

/** Wire the controls; `changed()` is called once the mock has taken a change. */
export function everyone(changed) {
  async function apply(call) {
    try {
      await call();
      tell(byId("everyone-complaint"), "");
    } catch (error) {
      tell(byId("everyone-complaint"), error instanceof mock.Refused ? error.message : "The mock does not answer.");
    }
    await changed();
  }
  const kinds = () => [...byId("faults").querySelectorAll(":checked")].map((box) => box.value);
  byId("faults").replaceChildren(
    ...FAULTS.map(([value, label]) =>
      element("label", { class: "check" }, element("input", { type: "checkbox", value }), ` ${label}`),
    ),
  );
  byId("everyone").addEventListener("submit", (event) => {
    event.preventDefault();
    document.activeElement.dispatchEvent(new Event("change", { bubbles: true }));
  });
  byId("scenario").addEventListener("change", (event) => apply(() => mock.change({ scenario: event.target.value })));
  byId("delay").addEventListener("change", (event) =>
    apply(() => mock.change({ delay: event.target.value.trim() || null })),
  );
  byId("fault-rate").addEventListener("change", (event) =>
    apply(() => mock.change({ fault_rate: Number(event.target.value.trim().replace(",", ".") || 0) / 100 })),
  );
  byId("faults").addEventListener("change", () => apply(() => mock.change({ faults: kinds() })));
  byId("reset").addEventListener("click", () => apply(mock.reset));
}

/** Show the state as `/__mock/health` tells it. */
export function showState(state) {
  document.title = `${state.document.title} · mock console`;
  byId("title").textContent = state.document.title;
  byId("version").textContent = state.document.version;
  byId("today").textContent = state.today;
  byId("seed").textContent = state.seed;
  fill(
    byId("scenario"),
    state.scenarios.map(({ name }) => [name, name]),
    state.scenario,
  );
  byId("scenario-about").textContent = state.scenarios.find(({ name }) => name === state.scenario)?.about ?? "";
  offer(byId("delay"), written(state.delay));
  offer(byId("fault-rate"), state.fault_rate ? String(+(100 * state.fault_rate).toFixed(4)) : "");
  for (const box of byId("faults").querySelectorAll("input")) box.checked = state.faults.includes(box.value);
  const now = [
    state.delay ? `${written(state.delay)} ms` : "",
    state.fault_rate ? `${+(100 * state.fault_rate).toFixed(4)} %` : "",
  ]
    .filter(Boolean)
    .join(", ");
  byId("trouble-now").textContent = now || "none";
  showProblem(state.problem);
}

const written = (delay) =>
  Array.isArray(delay) ? (delay[0] === delay[1] ? String(delay[0]) : delay.join("..")) : (delay ?? "");

function showProblem(problem) {
  const place = byId("problem");
  const key = JSON.stringify(problem ?? null);
  if (place.dataset.key === key) return;
  place.dataset.key = key;
  place.hidden = !problem;
  if (!problem) return place.replaceChildren();
  const where = problem.file ? `${problem.file}${problem.line ? `:${problem.line}` : ""}` : "";
  place.replaceChildren(
    element("strong", {}, "An edit cannot be served. "),
    where ? element("code", {}, where) : "",
    element("span", {}, ` ${problem.message} `),
    element("span", { class: "aside" }, "The last good state is still served."),
  );
}

/** Show whether the mock answers: `live`, `wait` or `down`. */
export function showPulse(state) {
  const words = { live: "answering", wait: "connecting", down: "no answer" };
  const place = byId("pulse");
  if (place.dataset.state === state) return;
  place.dataset.state = state;
  place.textContent = words[state];
}
