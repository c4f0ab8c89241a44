// Charts, drawn by Observable Plot as SVG. Each has a name that tells what it shows; the tables hold the same figures.

import { compact, count, latency, percent } from "./format.js";
import { element } from "./dom.js";

const { Plot } = globalThis;
const PITCH = 26; // the height of a bar's row, in pixels
const VALUES = 68; // the room for the values at the right
const NARROW = 600;
const MOST = { wide: 15, narrow: 8 };

/** How many integrations the charts of `place` have room for. */
export const room = (place) => (place.clientWidth < NARROW ? MOST.narrow : MOST.wide);

export const METRICS = [
  { name: "invocations", label: "Volume", unit: "invocations", format: count, brief: compact, scale: fromZero },
  { name: "success_rate_pct", label: "Success rate", unit: "%", format: percent, brief: percent, scale: upTo100 },
  { name: "p95_latency_ms", label: "p95 latency", unit: "ms", format: latency, brief: latency, scale: fromZero },
];

/** Plot puts a style sheet into what it draws, which the page's policy forbids: draw apart, and leave it behind. */
const apart = document.implementation.createHTMLDocument("");
// Plot makes events by the window of its document; this one has none of its own.
Object.defineProperty(apart, "defaultView", { value: window });

function draw(options, label) {
  const svg = Plot.plot({ document: apart, className: "plot", ...options });
  svg.querySelector("style").remove();
  // As an image it has one name; names within it would reach nobody.
  for (const part of svg.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  return document.adoptNode(svg);
}

function fromZero(values) {
  return [0, Math.max(...values, 1)];
}

/** Nearly all rates are close to 100 %: the scale ends there, and begins at the round number below the lowest. */
function upTo100(values) {
  const lowest = Math.min(...values, 100);
  return [[99.9, 99.5, 99, 98, 95, 90, 80, 50].find((floor) => floor <= lowest) ?? 0, 100];
}

/** Draw the rows into `place`: one chart a metric, in the rows' order. */
export function drawRows(place, rows, chosen) {
  const narrow = place.clientWidth < NARROW;
  const key = "integration_key";
  place.classList.toggle("stacked", narrow);
  const labels = narrow ? 112 : Math.min(170, Math.max(90, 16 + 7 * Math.max(...rows.map((row) => row[key].length))));
  const width = narrow ? place.clientWidth : (place.clientWidth - labels - 48) / 3;
  const figures = METRICS.map(({ name, label, unit, format, brief, scale }, index) => {
    const left = narrow || index === 0 ? labels : 0;
    const domain = scale(rows.map((row) => row[name]));
    const fill = (row) => (row[key] === chosen ? "chosen" : "other");
    const named = { title: (row) => `${row[key]}: ${format(row[name])}` };
    const plain = index === 1;
    const svg = draw(
      {
        width: Math.max(width, 120) + (narrow ? 0 : left),
        height: rows.length * PITCH + 4,
        marginLeft: left,
        marginRight: VALUES,
        marginTop: 2,
        marginBottom: 2,
        x: { domain, axis: null },
        y: { type: "band", domain: rows.map((row) => row[key]), axis: null, padding: 0.38 },
        color: { domain: ["chosen", "other"], range: ["var(--accent)", "var(--bar)"] },
        marks: [
          plain ? Plot.ruleY(rows, { y: key, x1: domain[0], x2: domain[1], stroke: "var(--line)" }) : null,
          plain
            ? Plot.dot(rows, { x: name, y: key, r: 4.5, fill, ...named })
            : Plot.barX(rows, { x1: 0, x2: name, y: key, fill, rx2: 2, ...named }),
          plain ? null : Plot.ruleX([0], { stroke: "var(--edge)" }),
          Plot.text(rows, {
            y: key,
            text: (row) => brief(row[name]),
            frameAnchor: "right",
            dx: VALUES,
            textAnchor: "end",
            fill: "currentColor",
            className: "values",
          }),
          left
            ? Plot.text(rows, {
                y: key,
                text: key,
                frameAnchor: "left",
                dx: -left,
                textAnchor: "start",
                fill: "currentColor",
                textOverflow: "ellipsis",
                lineWidth: (left - 10) / 11,
                title: key,
                className: "labels",
              })
            : null,
        ],
      },
      `${label} by integration, ${unit}: ${summary(rows, name, format)}`,
    );
    const ends = plain ? `${domain[0]}–100 %` : unit;
    return element(
      "figure",
      { "data-metric": name },
      element("figcaption", {}, label, element("span", { class: "unit" }, ` ${ends}`)),
      svg,
    );
  });
  place.replaceChildren(...figures);
  if (!narrow) place.style.gridTemplateColumns = `${labels + width}px ${width}px ${width}px`;
  else place.style.gridTemplateColumns = "";
}

function summary(rows, name, format) {
  const highest = rows.reduce((a, b) => (b[name] > a[name] ? b : a));
  const lowest = rows.reduce((a, b) => (b[name] < a[name] ? b : a));
  return `highest ${highest.integration_key} with ${format(highest[name])}, lowest ${lowest.integration_key} with ${format(lowest[name])}. The table below has all values.`;
}

/** Draw one integration's days into `place`: one line a metric over the same days. `days` are `{day, ...metrics or null}`. */
export function drawDays(place, days, integration) {
  const width = place.clientWidth;
  const points = days.map((each) => ({ ...each, date: new Date(`${each.day}T00:00:00Z`) }));
  const figures = METRICS.map(({ name, label, unit, format, scale }, index) => {
    const known = points.filter((point) => point[name] !== null);
    const last = index === METRICS.length - 1;
    const domain = scale(known.map((point) => point[name]));
    const svg = draw(
      {
        width,
        height: last ? 124 : 104,
        marginLeft: 52,
        marginRight: 14,
        marginTop: 8,
        marginBottom: last ? 26 : 8,
        x: { type: "utc", domain: [points[0].date, points.at(-1).date], axis: null },
        y: { domain, axis: null },
        marks: [
          Plot.axisY({
            ticks: 3,
            tickSize: 0,
            label: null,
            tickFormat: (value) => `${compact(+value.toFixed(2))}${name === "success_rate_pct" ? " %" : ""}`,
          }),
          Plot.gridY({ ticks: 3, stroke: "var(--line)", strokeOpacity: 1 }),
          last
            ? Plot.axisX({ tickSize: 4, label: null, ticks: Math.max(2, Math.min(8, Math.floor(width / 90))) })
            : null,
          name === "invocations"
            ? Plot.areaY(points, { x: "date", y: name, fill: "var(--accent)", fillOpacity: 0.1 })
            : null,
          Plot.lineY(points, { x: "date", y: name, stroke: "var(--accent)", strokeWidth: 1.75, className: "line" }),
          Plot.dot(points.length <= 45 ? known : [], { x: "date", y: name, r: 2.2, fill: "var(--accent)" }),
          Plot.tip(
            known,
            Plot.pointerX({
              x: "date",
              y: name,
              title: (point) => `${point.day}\n${format(point[name])}`,
              fill: "var(--surface)",
              stroke: "var(--edge)",
              fontSize: 12,
            }),
          ),
        ],
      },
      `${label} of ${integration} day by day, ${unit}, ${days[0].day} to ${days.at(-1).day}. The table of the days has all values.`,
    );
    return element(
      "figure",
      { "data-metric": name },
      element("figcaption", {}, label, element("span", { class: "unit" }, ` ${unit}`)),
      svg,
    );
  });
  place.replaceChildren(...figures);
}
