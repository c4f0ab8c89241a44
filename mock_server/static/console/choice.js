// What is chosen. It is kept in the page's address, so that it survives a reload and can be sent to a colleague.

const DAY = 86400000;

/** Each range that ends today: its name in the address, its label, and what it is. */
export const PRESETS = [
  ["1d", "Today", "today"],
  ["7d", "7 d", "the last 7 days"],
  ["30d", "30 d", "the last 30 days"],
  ["90d", "90 d", "the last 90 days"],
  ["12m", "1 y", "the last 12 months"],
];

/** `mode`, `slug`, `start` and `end` are null where the parameter is not sent; an empty text is sent as such. */
const DEFAULTS = {
  range: "30d",
  start: null,
  end: null,
  mode: null,
  slug: null,
  key: "",
  code: "",
  scenario: "",
  delay: "",
  integration: "",
  sort: "-invocations",
  language: "curl",
};

export function readChoice(search) {
  const given = new URLSearchParams(search);
  const choice = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS)) if (given.has(name)) choice[name] = given.get(name);
  if (choice.range !== "custom" && !PRESETS.some(([name]) => name === choice.range)) choice.range = DEFAULTS.range;
  return choice;
}

export function writeChoice(choice) {
  const kept = Object.entries(choice).filter(
    ([name, value]) => value !== DEFAULTS[name] && (choice.range === "custom" || (name !== "start" && name !== "end")),
  );
  const search = new URLSearchParams(kept).toString();
  history.replaceState(null, "", `${location.pathname}${search && `?${search}`}${location.hash}`);
}

const iso = (time) => new Date(time).toISOString().slice(0, 10);
const isDay = (text) =>
  /^\d{4}-\d\d-\d\d$/.test(text || "") && !Number.isNaN(Date.parse(text)) && iso(Date.parse(text)) === text;

/** The days of a preset, which ends today: `[start, end]`. */
export function presetDays(name, today) {
  const end = new Date(`${today}T00:00:00Z`);
  const start = new Date(end);
  if (name === "12m") {
    start.setUTCFullYear(start.getUTCFullYear() - 1);
    start.setUTCDate(start.getUTCDate() + 1);
  } else {
    start.setUTCDate(start.getUTCDate() - Number.parseInt(name, 10) + 1);
  }
  return [iso(start.getTime()), today];
}

/** The range that is asked for, as it will be sent: `[start, end]`, null for one that is left out. */
export function rangeOf(choice, today) {
  return choice.range === "custom" ? [choice.start, choice.end] : presetDays(choice.range, today);
}

/** Every day of a range until today, the last `most` of them; none where the range is no range. */
export function daysOf([start, end], today, most) {
  if (!isDay(start) || !isDay(end)) return [];
  const last = Math.min(Date.parse(end), Date.parse(today));
  const first = Math.max(Date.parse(start), last - (most - 1) * DAY);
  const days = [];
  for (let time = first; time <= last; time += DAY) days.push(iso(time));
  return days;
}

/** The day before or after, where the text is a day. */
export const moveDay = (text, by) => (isDay(text) ? iso(Date.parse(text) + by * DAY) : text);
