// The requests that the mock was sent, as they come: over server-sent events, or by asking again and again.

import { byId, element, pieces, tell } from "./dom.js";
import { clock, count, statusText } from "./format.js";
import * as mock from "./mock.js";

const KEPT = 1000;
const SHOWN = 200;
const OWN = "day-by-day requests"; // kept for the tab, as the log outlives a reload of the page
const AGAIN = 2000; // ms between two questions where there is no stream

export class Log {
  constructor(operation) {
    this.operation = operation;
    this.entries = []; // the latest last
    this.own = new Set(JSON.parse(sessionStorage.getItem(OWN) ?? "[]")); // the queries of this page's day-by-day requests
    this.last = 0;
    this.cleared = 0; // what came up to this one was cleared
    this.paused = false;
    this.silent = ""; // why there is no log at all
    for (const name of ["log-status", "log-find", "log-days"]) byId(name).addEventListener("input", () => this.draw());
    byId("log-pause").addEventListener("click", () => this.pause(!this.paused));
    byId("log-clear").addEventListener("click", () => this.clear());
    // A stream holds one of the few connections that a browser has for a host: a page that nobody sees lets it go.
    document.addEventListener("visibilitychange", () => (document.hidden ? this.source?.close() : this.listen()));
    this.listen();
    this.draw();
  }

  /** Remember a request of this page that only fetches a day for a line. */
  ownDay(url) {
    this.own.add(signature(new URL(url).search));
    sessionStorage.setItem(OWN, JSON.stringify([...this.own].slice(-KEPT)));
  }

  /** What the page asks for itself is no such request, though it is for one day. */
  asked(url) {
    this.own.delete(signature(new URL(url).search));
  }

  listen() {
    this.source?.close();
    const source = mock.stream();
    this.source = source;
    source.onmessage = (event) => this.add([JSON.parse(event.data)]);
    // What came between two connections is asked for.
    source.onopen = () => this.catchUp();
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED && source === this.source) this.poll();
    };
  }

  async poll() {
    await this.catchUp();
    clearTimeout(this.again);
    if (!this.silent) this.again = setTimeout(() => this.poll(), AGAIN);
  }

  /** Ask for what came after the latest request that is known. */
  async catchUp() {
    try {
      this.add((await mock.requests(this.last)).requests);
    } catch (error) {
      // Where no answer came, the page's head says so. Several processes have no log in common, and never will.
      this.silent = error.status === 409 ? error.message : "";
      this.draw();
    }
  }

  /** The mock was reset, or started anew: what it has forgotten is forgotten here too. */
  async renew() {
    if (this.paused) return;
    try {
      const { requests } = await mock.requests(0);
      this.entries = [];
      this.last = 0;
      this.add(requests);
      this.draw();
    } catch {
      // As above.
    }
  }

  add(entries) {
    // The stream may be ahead of the answer to a question that was asked before: each entry counts once, by its id.
    const known = new Set(this.entries.map(({ id }) => id));
    const further = entries.filter(({ id }) => !known.has(id) && id > this.cleared);
    if (!further.length) return;
    this.entries = [...this.entries, ...further].sort((a, b) => a.id - b.id).slice(-KEPT);
    this.last = this.entries.at(-1).id;
    if (!this.paused) this.schedule();
  }

  /** Draw once a frame, however many requests come. */
  schedule() {
    this.waiting ??= setTimeout(() => {
      this.waiting = null;
      this.draw();
    }, 50);
  }

  pause(paused) {
    this.paused = paused;
    byId("log-pause").setAttribute("aria-pressed", String(paused));
    byId("log-pause").textContent = paused ? "Go on" : "Pause";
    if (!paused) this.draw();
  }

  async clear() {
    try {
      await mock.clearRequests();
      this.cleared = this.last;
      this.entries = [];
      this.own.clear();
      this.draw();
    } catch (error) {
      tell(byId("log-empty"), `It could not be cleared: ${error.message}.`);
    }
  }

  draw() {
    const status = byId("log-status").value;
    const find = byId("log-find").value.trim().toLowerCase();
    const days = byId("log-days").checked;
    const own = (entry) => entry.path.endsWith(this.operation ?? "\n") && this.own.has(signature(entry.query));
    const shown = this.entries.filter(
      (entry) =>
        (days || !own(entry)) &&
        String(entry.status).startsWith(status) &&
        (!find ||
          `${entry.method} ${entry.path} ${entry.query} ${entry.key} ${reasons(entry)}`.toLowerCase().includes(find)),
    );
    byId("log-count").textContent = count(shown.length);
    const hidden = days ? 0 : this.entries.filter(own).length;
    byId("log-days-label").textContent = hidden
      ? `this page's ${count(hidden)} day-by-day requests too`
      : "this page's day-by-day requests too";
    const filtered = this.entries.length > hidden;
    tell(
      byId("log-empty"),
      this.silent || shown.length
        ? this.silent
        : filtered
          ? "No request fits the filter."
          : "No request yet. What any client asks shows here as it comes.",
    );
    byId("entries").hidden = !shown.length;
    this.show(shown.slice(-SHOWN).reverse());
  }

  /** Put entries on the page; those that stand there already stay as they are. */
  show(entries) {
    const place = byId("entries");
    const standing = new Map([...place.children].map((item) => [item.dataset.id, item]));
    const items = entries.map((entry) => standing.get(String(entry.id)) ?? line(entry));
    if (items.length !== place.children.length || items.some((item, index) => item !== place.children[index]))
      place.replaceChildren(...items);
  }
}

const reasons = (entry) => (entry.refused ?? []).map(({ parameter, reason }) => `${parameter}: ${reason}`).join("; ");

/** A query in a form in which the same queries are the same text. */
function signature(query) {
  return [...new URLSearchParams(query)].map(String).sort().join("&");
}

function line(entry) {
  const kind = String(entry.status)[0];
  const query = readable(entry.query);
  const notes = [
    ...(entry.refused ?? []).map(({ parameter, reason }) =>
      element(
        "p",
        { class: "refused" },
        parameter ? element("b", {}, parameter) : null,
        `${parameter ? " " : ""}${reason}`,
      ),
    ),
    entry.fault ? element("p", { class: "refused" }, element("b", {}, "fault"), ` ${entry.fault}`) : null,
  ];
  return element(
    "li",
    { "data-id": entry.id, "data-kind": kind },
    element(
      "p",
      { class: "head" },
      element("span", { class: "status", title: statusText(entry.status) }, entry.status || "–"),
      element("span", { class: "method" }, entry.method),
      element("span", { class: "path", title: entry.path }, element("bdi", {}, entry.path)),
      element("span", { class: "ms" }, `${entry.ms < 10 ? entry.ms.toFixed(1) : Math.round(entry.ms)} ms`),
    ),
    query ? element("p", { class: "query" }, ...pieces(query)) : null,
    ...notes,
    element(
      "p",
      { class: "who" },
      [clock(entry.time), entry.key || "no key", entry.preference && `prefers ${entry.preference}`]
        .filter(Boolean)
        .join(" · "),
    ),
  );
}

function readable(query) {
  try {
    return decodeURIComponent((query ?? "").replaceAll("+", " "));
  } catch {
    return query;
  }
}
