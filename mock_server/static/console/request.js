// The request that the controls describe, and how to write it in other languages.

import { rangeOf } from "./choice.js";
import { address } from "./mock.js";

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/; // RFC 9110, section 5.6.2
const SENDABLE = /^[\x20-\x7e]*$/;

/** `{url, headers}` of the chosen request; `session` tells the operation's path and the key. */
export function chosenRequest(choice, session, today) {
  const [start, end] = rangeOf(choice, today);
  const preferences = [
    ["code", choice.code],
    ["scenario", choice.scenario],
    ["delay", choice.delay],
  ];
  return makeRequest(
    session,
    { ...choice, start, end },
    preferences.filter(([, value]) => value),
  );
}

/** The same request for one day alone. It prefers a scenario at most: a day is wanted for its rows. */
export function dayRequest(choice, session, day) {
  const preferences = choice.scenario ? [["scenario", choice.scenario]] : [];
  return makeRequest(session, { ...choice, start: day, end: day }, preferences);
}

function makeRequest(session, { start, end, mode, slug, key }, preferences) {
  const url = address(session.operation);
  for (const [name, value] of [
    ["start_date", start],
    ["end_date", end],
    ["mode", mode],
    ["slug", slug],
  ])
    if (value !== null) url.searchParams.set(name, value);
  const headers = {};
  if (key !== "none") headers[session.header] = key === "wrong" ? "a-wrong-key" : session.api_key;
  if (preferences.every(([, value]) => SENDABLE.test(value))) {
    const prefer = preferences.map(([name, value]) => `${name}=${quoted(value)}`).join(", ");
    if (prefer) headers.Prefer = prefer;
  } else {
    // What no header can carry goes into the query.
    for (const [name, value] of preferences) url.searchParams.set(`__${name}`, value);
  }
  return { url: url.href, headers };
}

const quoted = (value) => (TOKEN.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`);

const shell = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

const WRITERS = {
  curl: ({ url, headers }) =>
    ["curl", ...Object.entries(headers).map(([name, value]) => `-H ${shell(`${name}: ${value}`)}`), shell(url)].join(
      " \\\n  ",
    ),
  fetch: ({ url, headers }) =>
    `const answer = await fetch(${JSON.stringify(url)}, {\n  headers: ${JSON.stringify(headers)},\n});\nconst rows = await answer.json();`,
  python: ({ url, headers }) => {
    const { origin, pathname, searchParams } = new URL(url);
    const dictionary = (pairs) =>
      pairs.map(([name, value]) => `        ${JSON.stringify(name)}: ${JSON.stringify(value)},\n`).join("");
    return (
      `import requests\n\nanswer = requests.get(\n    ${JSON.stringify(origin + pathname)},\n` +
      `    params={\n${dictionary([...searchParams])}    },\n    headers={\n${dictionary(Object.entries(headers))}    },\n    timeout=30,\n)\nprint(answer.json())`
    );
  },
};

/** The request as code: `language` is curl, fetch or python. */
export const asCode = (request, language) => WRITERS[language](request);
