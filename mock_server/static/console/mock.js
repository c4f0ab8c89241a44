// Talks to the mock: its administration under /__mock/, and the operation itself.

const root = new URL(".", location.href);

/** The mock said no; `message` tells why. */
export class Refused extends Error {
  constructor(status, body) {
    super(body?.message || `the mock answered ${status}`);
    this.status = status;
  }
}

async function ask(path, options) {
  const answer = await fetch(new URL(path, root), { cache: "no-store", ...options });
  const body = answer.headers.get("content-type")?.includes("json") ? await answer.json() : null;
  if (!answer.ok) throw new Refused(answer.status, body);
  return body;
}

const sent = (method, body) => ({
  method,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

export const health = (signal) => ask("__mock/health", { signal });
export const session = () => ask("__mock/session");
export const openapi = () => ask("openapi.json");
export const change = (state) => ask("__mock/scenario", sent("PUT", state));
export const reset = () => ask("__mock/reset", { method: "POST" });
export const requests = (after) => ask(`__mock/requests?after=${after}`);
export const clearRequests = () => ask("__mock/requests", { method: "DELETE" });
export const stream = () => new EventSource(new URL("__mock/requests/stream", root));

/** Where a path of the API is, whatever the mock stands behind. */
export const address = (path) => new URL(path.replace(/^\//, ""), root);

/**
 * Send a request of the API: `{status, headers, body, rows, ms, bytes}`; `rows` is null unless it answered with rows.
 * Rejects where no answer came.
 */
export async function send({ url, headers }, signal) {
  const begin = performance.now();
  const answer = await fetch(url, { headers, signal, cache: "no-store" });
  const text = await answer.text();
  const ms = performance.now() - begin;
  let body = text;
  try {
    body = JSON.parse(text);
  } catch {
    // It stays text: a body that was cut, or none.
  }
  const rows = answer.status === 200 && Array.isArray(body) ? body : null;
  return { status: answer.status, headers: answer.headers, body, rows, ms, bytes: new Blob([text]).size };
}
