// The console: reads what is chosen, asks, and shows what came. Everything else is a module of its own.

import * as page from "./answer.js";
import { daysOf, rangeOf, readChoice, writeChoice } from "./choice.js";
import { controls, showChoice } from "./controls.js";
import { byId, pieces, settled, takeTyped } from "./dom.js";
import { everyone, showPulse, showState } from "./everyone.js";
import { Log } from "./log.js";
import * as mock from "./mock.js";
import { asCode, chosenRequest, dayRequest } from "./request.js";
import { charts, showRows } from "./rows.js";
import { MOST, Series } from "./series.js";
import { showSnippet, snippet } from "./snippet.js";
import { sorted } from "./table.js";

const LOOK = 1500; // ms between two looks at the mock's state
const BUSY = 150; // ms before a wait is shown

class Console {
  constructor(state, session, codes) {
    Object.assign(this, { state, session, codes });
    this.choice = readChoice(location.search);
    this.rows = null;
    this.asked = 0;
    this.log = new Log(session.operation);
    everyone(() => this.look());
    this.series = new Series(
      (day, signal) => this.askDay(day, signal),
      (integration) => this.pick(integration),
    );
    controls(
      this.choice,
      () => this.state.today,
      (changes) => this.update(changes),
      () => this.ask(),
    );
    this.wire();
    showState(state);
    showPulse("live");
  }

  wire() {
    snippet((language) => this.update({ language }, false));
    byId("find").addEventListener("input", () => this.draw());
    // Only a change of the width is one for the charts: drawing them changes the height.
    let width = 0;
    const redraw = settled(() => this.rows?.length && this.drawCharts(), 60);
    new ResizeObserver(([entry]) => {
      if (entry.contentRect.width === width) return;
      width = entry.contentRect.width;
      redraw();
    }).observe(byId("answer"));
  }

  /** Take a change of what is chosen; `again` tells whether it changes the request. */
  update(changes, again = true) {
    takeTyped();
    Object.assign(this.choice, changes);
    writeChoice(this.choice);
    this.showRequest();
    if (again) this.ask();
    else this.draw();
  }

  showRequest() {
    if (!this.session.operation) return;
    const known = this.session.choices[this.choice.scenario] ?? this.session.choices[this.state.scenario];
    showChoice(this.choice, this.state.today, known, this.state.scenarios, this.codes);
    const request = chosenRequest(this.choice, this.session, this.state.today);
    const { pathname, search } = new URL(request.url);
    byId("target").replaceChildren(...pieces(pathname + search));
    showSnippet(asCode(request, this.choice.language), this.choice.language);
  }

  /** Send the chosen request, and show what comes; an answer that a later request has overtaken is dropped. */
  async ask() {
    if (!this.session.operation) return this.withoutOperation();
    this.underway?.abort();
    this.underway = new AbortController();
    const number = ++this.asked;
    const busy = setTimeout(page.showWaiting, BUSY);
    let answer = null;
    try {
      const request = chosenRequest(this.choice, this.session, this.state.today);
      this.log.asked(request.url);
      answer = await mock.send(request, this.underway.signal);
    } catch {
      // Nothing came: the mock is away, dropped the connection, or the request was overtaken.
    }
    clearTimeout(busy);
    if (number === this.asked) this.show(answer);
  }

  show(answer) {
    this.rows = answer?.rows ?? null;
    page.markFields(answer);
    if (answer) page.showResult(answer);
    else page.showSilence();
    byId("rows").hidden = !this.rows?.length;
    if (this.rows?.length) {
      page.hideRefusal();
      return this.draw();
    }
    this.series.cancel();
    const again = ["Send again", () => this.ask()];
    if (this.rows) this.showNothing();
    else if (answer) page.showRefusal(...page.explain(answer), this.remedies(answer, again), answer.body);
    else
      page.showRefusal(
        "No answer came",
        "The connection failed. Either the mock was stopped, and this page goes on by itself once it answers; or it drops connections, as its faults say.",
        [again],
      );
  }

  remedies({ status }, again) {
    const remedies = [];
    if (this.choice.code === String(status)) remedies.push(["Answer with what fits", () => this.update({ code: "" })]);
    if (status === 401 && this.choice.key) remedies.push(["Send the key", () => this.update({ key: "" })]);
    const [start, end] = rangeOf(this.choice, this.state.today);
    if (status === 400 && start > end)
      remedies.push(["Turn the range round", () => this.update({ range: "custom", start: end, end: start })]);
    if (status === 422) remedies.push(["Take the last 30 days", () => this.update({ range: "30d" })]);
    return [...remedies, again];
  }

  showNothing() {
    const { mode, slug, range } = this.choice;
    const scenario = this.choice.scenario || this.state.scenario;
    const remedies = [];
    if (mode !== null || slug !== null)
      remedies.push(["Take all modes and slugs", () => this.update({ mode: null, slug: null })]);
    if (scenario !== "normal") remedies.push(["Ask the normal scenario", () => this.update({ scenario: "normal" })]);
    if (range !== "12m") remedies.push(["Take a year", () => this.update({ range: "12m" })]);
    const about = this.state.scenarios.find(({ name }) => name === scenario)?.about ?? "";
    page.showRefusal(
      "No rows",
      `No integration had traffic in this range. The scenario is “${scenario}”: ${about}`,
      remedies,
    );
  }

  withoutOperation() {
    byId("request").hidden = true;
    byId("answer").setAttribute("aria-busy", "false");
    document.querySelector(".line").hidden = true;
    page.showRefusal(
      "No rows to show",
      "This document has no operation that the mock has data for. Its operations are in the API docs; the requests that come stand in the log.",
      [],
    );
  }

  /** The integration of the day-by-day lines: the chosen one, else the one with the most invocations. */
  get integration() {
    const chosen = this.rows.find((row) => row.integration_key === this.choice.integration);
    return (chosen ?? sorted(this.rows, "-invocations", "integration_key")[0]).integration_key;
  }

  pick(integration) {
    this.update({ integration }, false);
  }

  draw() {
    if (!this.rows?.length) return;
    const { integration } = this;
    showRows(this.rows, this.choice, integration, {
      pick: (key) => this.pick(key),
      sort: (sort) => this.update({ sort }, false),
    });
    const days = daysOf(rangeOf(this.choice, this.state.today), this.state.today, MOST);
    const { mode, slug, scenario, key } = this.choice;
    const keys = this.rows.map((row) => row.integration_key).sort();
    this.series.show(
      integration,
      keys,
      days,
      JSON.stringify([mode, slug, scenario, key, this.state.revision, this.state.today]),
    );
  }

  drawCharts() {
    charts(sorted(this.rows, this.choice.sort, "integration_key"), this.integration);
    this.series.draw();
  }

  async askDay(day, signal) {
    const request = dayRequest(this.choice, this.session, day);
    this.log.ownDay(request.url);
    return (await mock.send(request, signal)).rows;
  }

  /** Look at the mock's state; where it has changed, or the mock is back, ask again. */
  async look() {
    let state;
    let changed;
    try {
      state = await mock.health(AbortSignal.timeout(10 * LOOK));
      changed = this.away || state.revision !== this.state.revision;
      if (changed) this.session = await mock.session();
    } catch {
      showPulse("down");
      this.away = true;
      return;
    }
    showPulse("live");
    const again = changed || state.today !== this.state.today;
    this.away = false;
    this.state = state;
    showState(state);
    if (changed) this.log.renew();
    if (again) {
      this.showRequest();
      await this.ask();
    }
  }
}

/** The statuses that the document has for the operation. */
function documented(api, operation) {
  const found = Object.entries(api.paths ?? {}).find(([path]) => operation?.endsWith(path));
  return Object.keys(found?.[1].get?.responses ?? {}).filter((code) => /^\d+$/.test(code));
}

async function start() {
  let begun;
  try {
    const [state, session, api] = await Promise.all([mock.health(), mock.session(), mock.openapi()]);
    begun = new Console(state, session, documented(api, session.operation));
  } catch (error) {
    showPulse("down");
    const cause =
      error instanceof mock.Refused
        ? error.message
        : "The mock does not answer. The page goes on by itself as soon as it does.";
    page.showRefusal("The console cannot begin", cause, []);
    setTimeout(start, LOOK);
    if (error instanceof TypeError || error instanceof mock.Refused) return;
    throw error;
  }
  page.hideRefusal();
  begun.showRequest();
  begun.ask();
  const again = async () => {
    if (!document.hidden) await begun.look();
    setTimeout(again, LOOK);
  };
  setTimeout(again, LOOK);
  document.addEventListener("visibilitychange", () => document.hidden || begun.look());
}

start();
