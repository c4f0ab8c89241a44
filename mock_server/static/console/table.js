// A table that sorts by any of its columns.

import { element } from "./dom.js";

const collator = new Intl.Collator("en", { numeric: true });

/** Order rows by a sort such as `-invocations` (a minus: the largest first); ties by their keys. */
export function sorted(rows, sort, key) {
  const name = sort.replace(/^-/, "");
  const sign = sort.startsWith("-") ? -1 : 1;
  const compare = (a, b) =>
    typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a ?? ""), String(b ?? ""));
  return [...rows].sort((a, b) => sign * compare(a[name], b[name]) || collator.compare(a[key], b[key]));
}

/**
 * Make a table in a region that scrolls.
 *
 * columns: `{name, label, format, unit}`; the first is the rows' heading, the others are numbers.
 * options: `label` of the region; `sort` and `onSort(sort)` where it can be sorted; `pick(row)` gives the content of the
 * first cell; `mark(row)` tells whether a row is the chosen one.
 */
export function table(columns, rows, { label, sort, onSort, pick, mark }) {
  const [heading, ...numbers] = columns;
  const head = columns.map((column) => headCell(column, sort, onSort));
  const body = rows.map((row) =>
    element(
      "tr",
      { class: mark?.(row) ? "chosen" : null },
      element("th", { scope: "row" }, pick ? pick(row) : row[heading.name]),
      ...numbers.map(({ name, format }) => element("td", {}, row[name] === null ? "–" : format(row[name]))),
    ),
  );
  return element(
    "div",
    { class: "scroll", role: "region", tabindex: "0", "aria-label": label },
    element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...body)),
  );
}

function headCell({ name, label, unit }, sort, onSort) {
  const title = [label, unit ? element("span", { class: "unit" }, ` ${unit}`) : null];
  if (!onSort) return element("th", { scope: "col" }, ...title.filter(Boolean));
  const rising = sort === name;
  const falling = sort === `-${name}`;
  // Numbers are first asked for from the largest down, names from A to Z.
  const first = name === "integration_key" ? name : `-${name}`;
  const other = first === name ? `-${name}` : name;
  const button = element(
    "button",
    { type: "button", "data-sort": name, onclick: () => onSort(sort === first ? other : first) },
    ...title.filter(Boolean),
    element("span", { class: "arrow", "aria-hidden": "true" }, falling ? "↓" : rising ? "↑" : ""),
  );
  return element("th", { scope: "col", "aria-sort": rising ? "ascending" : falling ? "descending" : null }, button);
}
