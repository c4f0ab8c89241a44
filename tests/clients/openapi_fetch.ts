// A typed client made of the mock's own document. It fails to compile where the types do not say what is answered.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { argv: string[] };

type Row = components["schemas"]["InvocationsByIntegrationRow"];
type Refusal = components["schemas"]["ErrorResponse"] | components["schemas"]["HTTPValidationError"];

const [baseUrl = "", key = ""] = process.argv.slice(2);
const path = "/v1/analytics/integrations/by-integration";

async function ask(key: string, start_date: string, end_date: string) {
  const client = createClient<paths>({ baseUrl, headers: { "x-api-key": key } });
  const { data, error, response } = await client.GET(path, { params: { query: { start_date, end_date } } });
  const rows: Row[] | undefined = data;
  const refusal: Refusal | undefined = error;
  const invocations: number | undefined = rows?.[0]?.invocations;
  const named = refusal && "detail" in refusal ? refusal.detail?.flatMap((item) => item.loc) : undefined;
  const told = refusal && "message" in refusal ? refusal.message : undefined;
  return { status: response.status, rows: rows?.length, invocations, named, told };
}

export function neverCalled() {
  const client = createClient<paths>({ baseUrl });
  // @ts-expect-error  both dates are needed
  return client.GET(path, { params: { query: { start_date: "2026-06-01" } } });
}

const answers = {
  rows: await ask(key, "2026-06-01", "2026-06-07"),
  inverted: await ask(key, "2026-06-07", "2026-06-01"),
  unknown: await ask("another", "2026-06-01", "2026-06-07"),
  malformed: await ask(key, "2026-06-01", "2026-06-31"),
};
console.log(JSON.stringify(answers));
