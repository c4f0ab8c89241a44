// @ts-check
// Answers for an OpenAPI document, written by feather-mock export.
// Handlers for Mock Service Worker 2 and newer: setupServer(...handlers) in tests, setupWorker(...handlers) in a page.
// Any key but an empty one is accepted. Another range or filter than those below is answered with 501.
import { http, HttpResponse } from "msw";

/**
 * @typedef {object} Row
 * @property {string} integration_key
 * @property {number} invocations
 * @property {number} successful
 * @property {number} vendor_errors
 * @property {number} exceptions
 * @property {number} success_rate_pct
 * @property {number} p95_latency_ms
 *
 * @typedef {object} Answer
 * @property {string} start_date
 * @property {string} end_date
 * @property {string | null} slug
 * @property {string | null} mode
 * @property {Row[]} rows
 */

/** @type {readonly Answer[]} */
export const answers = [];

export const handlers = [http.get("*/path", ({ request }) => answer(request))];

/** @type {string} */
const keyHeader = "key-header";

/** @param {Request} request */
function answer(request) {
  if (keyHeader && !request.headers.get(keyHeader)) {
    return failure(401, "unauthorized", `No API key came with the request. Send it in the header ${keyHeader}.`);
  }
  const query = new URL(request.url).searchParams;
  const detail = ["start_date", "end_date"].flatMap((name) => complaints(name, query.get(name)));
  if (detail.length > 0) {
    return HttpResponse.json({ detail }, { status: 422 });
  }
  const [start, end] = [query.get("start_date") ?? "", query.get("end_date") ?? ""];
  if (start > end) {
    const message = `start_date ${start} is after end_date ${end}. Send the earlier date as start_date.`;
    return failure(400, "invalid_date_range", message);
  }
  const found = answers.find(
    (each) =>
      each.start_date === start &&
      each.end_date === end &&
      each.slug === query.get("slug") &&
      each.mode === query.get("mode"),
  );
  if (!found) {
    const known = answers.map(describe).join("; ");
    const message = `No answer was exported for ${describe(Object.fromEntries(query))}, but for ${known}.`;
    return failure(501, "not_exported", message);
  }
  return HttpResponse.json(found.rows);
}

/**
 * @param {number} status
 * @param {string} error
 * @param {string} message
 */
function failure(status, error, message) {
  return HttpResponse.json({ error, message }, { status });
}

/**
 * @param {string} name
 * @param {string | null} value
 * @returns {{ type: string, loc: string[], msg: string, input: string | null }[]}
 */
function complaints(name, value) {
  const loc = ["query", name];
  if (value === null) {
    return [{ type: "missing", loc, msg: "Field required", input: null }];
  }
  const msg = "Input should be a valid date in the format YYYY-MM-DD";
  return isDate(value) ? [] : [{ type: "date_parsing", loc, msg, input: value }];
}

/** @param {string} text */
function isDate(text) {
  const day = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : new Date(NaN);
  // The 30th of February would become the 2nd of March.
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text) && !text.startsWith("0000");
}

/** @param {{ start_date?: string, end_date?: string, slug?: string | null, mode?: string | null }} query */
function describe({ start_date, end_date, slug, mode }) {
  const filters = [slug == null ? "" : ` slug=${slug}`, mode == null ? "" : ` mode=${mode}`];
  return `${start_date}..${end_date}${filters.join("")}`;
}
