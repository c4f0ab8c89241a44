// The exported handlers in a real Mock Service Worker, asked by Node's own fetch; any other request is an error.
import { setupServer } from "msw/node";
import { answers, handlers } from "./handlers.js";

const server = setupServer(...handlers);
server.listen({ onUnhandledRequest: "error" });

/**
 * @param {Record<string, string>} query
 * @param {string} [key]
 */
async function ask(query, key = "any") {
  const url = new URL("https://api.test/v1/analytics/integrations/by-integration");
  url.search = new URLSearchParams(query).toString();
  const response = await fetch(url, { headers: key ? { "x-api-key": key } : {} });
  return { status: response.status, body: await response.json() };
}

const june = { start_date: "2026-06-01", end_date: "2026-06-30" };
const results = {
  exported: answers.length,
  whole: await ask(june),
  filtered: await ask({ ...june, slug: "globex" }),
  may: await ask({ start_date: "2026-05-01", end_date: "2026-05-31" }),
  elsewhere: await ask({ start_date: "2026-06-01", end_date: "2026-06-29" }),
  keyless: await ask(june, ""),
  inverted: await ask({ start_date: "2026-06-30", end_date: "2026-06-01" }),
  malformed: await ask({ start_date: "2026-02-30" }),
};
server.close();
console.log(JSON.stringify(results));
