// Day by day: the chosen integration's days in the chosen range, each of them asked for in a request of its own.

import { drawDays } from "./charts.js";
import { askDays } from "./days.js";
import { byId, fill, tell } from "./dom.js";
import { count, plural } from "./format.js";
import { COLUMNS } from "./rows.js";
import { table } from "./table.js";

const UNASKED = 31; // more requests than these are sent only when somebody says so
const MOST = 400;
const KEPT_ROWS = 200000;

/** The series of one page. `ask(day, signal)` sends the request for a day; `onPick(key)` chooses another integration. */
export class Series {
  constructor(ask, onPick) {
    this.ask = ask;
    this.days = [];
    this.answers = new Map(); // by day: a map of rows by key, or null where the request failed
    this.kept = 0;
    this.about = "";
    byId("integration").addEventListener("change", (event) => onPick(event.target.value));
    byId("days-cancel").addEventListener("click", () => this.cancel());
    byId("days-ask").addEventListener("click", () => this.start());
  }

  /** Show an integration over days. Answers are kept as long as `about`, which tells what was asked of whom, is the same. */
  show(integration, keys, days, about) {
    fill(
      byId("integration"),
      keys.map((key) => [key, key.length > 60 ? `${key.slice(0, 59)}…` : key]),
      integration,
    );
    if (about !== this.about || this.kept > KEPT_ROWS) this.forget();
    const moved = integration !== this.integration;
    Object.assign(this, { integration, about, days });
    if (moved && this.thin) this.forget();
    // One day is no line, and its rows stand on the page.
    const missing = days.length > 1 ? this.missing() : [];
    if (this.running && missing.length) this.running.abort();
    const wait = missing.length > UNASKED;
    tell(byId("days-ask"), wait ? `Ask for ${plural(missing.length, "day")}, one request each` : "");
    this.draw();
    if (!wait && missing.length) this.start();
  }

  forget() {
    this.running?.abort();
    this.running = null;
    byId("days-progress").hidden = true;
    this.answers.clear();
    this.kept = 0;
  }

  cancel() {
    this.running?.abort();
    this.running = null;
    byId("days-progress").hidden = true;
    const missing = this.days.length > 1 ? this.missing() : [];
    tell(
      byId("days-ask"),
      missing.length
        ? `Ask for ${missing.length === this.days.length ? "" : "the other "}${plural(missing.length, "day")}, one request each`
        : "",
    );
    this.draw();
  }

  missing() {
    return this.days.filter((day) => !this.answers.has(day));
  }

  async start() {
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    const days = this.missing();
    let done = 0;
    byId("days-ask").hidden = true;
    byId("days-progress").hidden = days.length < 8;
    byId("days-bar").max = days.length;
    const progress = () => {
      byId("days-bar").value = done;
      byId("days-count").textContent = `${count(done)} of ${plural(days.length, "day")}`;
    };
    progress();
    await askDays(
      days,
      this.ask,
      (day, rows) => {
        if (running.signal.aborted) return;
        done += 1;
        this.keep(day, rows);
        progress();
      },
      running.signal,
    );
    if (running.signal.aborted) return;
    this.running = null;
    byId("days-progress").hidden = true;
    this.draw();
  }

  /** Keep a day's rows for other integrations too; where they are very many, only the chosen one's. */
  keep(day, rows) {
    this.thin = rows !== null && rows.length * this.days.length > KEPT_ROWS;
    const kept = this.thin ? rows.filter((row) => row.integration_key === this.integration) : rows;
    this.answers.set(day, kept && new Map(kept.map((row) => [row.integration_key, row])));
    this.kept += kept?.length ?? 0;
  }

  /** The days that were answered: a day without a row had no invocation; one that failed is a gap. */
  points() {
    const none = {
      successful: null,
      vendor_errors: null,
      exceptions: null,
      success_rate_pct: null,
      p95_latency_ms: null,
    };
    return this.days
      .filter((day) => this.answers.has(day))
      .map((day) => {
        const rows = this.answers.get(day);
        const row = rows?.get(this.integration);
        return { ...none, invocations: rows ? 0 : null, ...row, day };
      });
  }

  draw() {
    const points = this.points();
    const failed = points.filter((point) => point.invocations === null).length;
    const known = points.length > failed;
    const place = byId("series");
    const drawn = points.length > 1 && known;
    place.classList.toggle("partial", Boolean(this.running));
    if (drawn) drawDays(place, points, this.integration);
    else place.replaceChildren();
    byId("days-details").hidden = !drawn;
    const columns = [{ name: "day", label: "Day" }, ...COLUMNS.slice(1)];
    byId("days-table").replaceChildren(
      ...(drawn ? [table(columns, points, { label: `Days of ${this.integration}` })] : []),
    );
    const note = [];
    if (this.days.length === MOST) note.push(`The last ${MOST} days of the range.`);
    if (failed)
      note.push(`${plural(failed, "day")} got no rows for an answer, and ${failed === 1 ? "is a gap" : "are gaps"}.`);
    if (this.days.length === 1) note.push("One day alone draws no line: choose a longer range.");
    byId("days-note").textContent = note.join(" ");
  }
}

export { MOST };
