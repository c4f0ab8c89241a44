// The rows of the answer: together in tiles, as charts, and as a table.

import { drawRows, room } from "./charts.js";
import { byId, element } from "./dom.js";
import { compact, count, latency, percent, plural } from "./format.js";
import { sorted, table } from "./table.js";

const KEY = "integration_key";

export const COLUMNS = [
  { name: KEY, label: "Integration" },
  { name: "invocations", label: "Invocations", format: count },
  { name: "successful", label: "Successful", format: count },
  { name: "vendor_errors", label: "Vendor errors", format: count },
  { name: "exceptions", label: "Exceptions", format: count },
  { name: "success_rate_pct", label: "Success", format: percent },
  { name: "p95_latency_ms", label: "p95", format: latency },
];

/** Show rows. `actions` has `pick(key)` and `sort(sort)`. */
export function showRows(rows, choice, integration, actions) {
  const ordered = sorted(rows, choice.sort, KEY);
  tiles(rows);
  charts(ordered, integration);
  grid(ordered, choice, integration, actions);
}

/** Draw the charts again, as wide as their place is now. */
export function charts(ordered, integration) {
  const drawn = ordered.slice(0, room(byId("charts")));
  const more = ordered.length > drawn.length;
  byId("charts-which").textContent = more
    ? `the first ${drawn.length} of ${count(ordered.length)}, in the table's order`
    : "";
  drawRows(byId("charts"), drawn, integration);
}

function tiles(rows) {
  const total = (name) => rows.reduce((sum, row) => sum + row[name], 0);
  const slowest = rows.reduce((a, b) => (b.p95_latency_ms > a.p95_latency_ms ? b : a));
  const failed = total("vendor_errors") + total("exceptions");
  const shown = [
    ["Integrations", count(rows.length), null],
    ["Invocations", compact(total("invocations")), count(total("invocations"))],
    ["Success rate", percent((100 * total("successful")) / total("invocations")), plural(failed, "failure")],
    ["Slowest p95", latency(slowest.p95_latency_ms), slowest[KEY]],
  ];
  byId("tiles").replaceChildren(
    ...shown.map(([label, value, note]) =>
      element(
        "div",
        {},
        element("dt", {}, label),
        element(
          "dd",
          {},
          element("strong", {}, value),
          note && note !== value ? element("span", { class: "note", title: note }, note) : null,
        ),
      ),
    ),
  );
}

function grid(ordered, choice, integration, actions) {
  const find = byId("find").value.trim().toLowerCase();
  const found = find ? ordered.filter((row) => row[KEY].toLowerCase().includes(find)) : ordered;
  byId("table-which").textContent = find ? `${count(found.length)} of ${count(ordered.length)}` : count(ordered.length);
  const place = byId("table");
  const focused = place.contains(document.activeElement) ? focusOf(document.activeElement) : null;
  const scroll = place.firstElementChild?.scrollTop ?? 0;
  if (!found.length) {
    place.replaceChildren(
      element("p", { class: "hint nothing" }, `No integration's key has “${byId("find").value.trim()}” in it.`),
    );
    return;
  }
  place.replaceChildren(
    table(COLUMNS, found, {
      label: "Rows of the answer",
      sort: choice.sort,
      onSort: actions.sort,
      mark: (row) => row[KEY] === integration,
      pick: (row) =>
        element(
          "button",
          {
            type: "button",
            class: "key",
            title: row[KEY],
            "data-key": row[KEY],
            "aria-pressed": String(row[KEY] === integration),
            onclick: () => actions.pick(row[KEY]),
          },
          element("bdi", {}, row[KEY]),
        ),
    }),
  );
  place.firstElementChild.scrollTop = scroll;
  if (focused) place.querySelector(focused)?.focus({ preventScroll: true });
}

/** How to find a button again after the table was made anew, so that the keyboard stays where it was. */
function focusOf(active) {
  if (active.dataset.sort) return `[data-sort="${active.dataset.sort}"]`;
  return active.dataset.key ? `[data-key="${CSS.escape(active.dataset.key)}"]` : ".scroll";
}
