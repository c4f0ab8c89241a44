// Numbers, dates and sizes as people read them; one locale for all, as the data's own words are English.

const whole = new Intl.NumberFormat("en-US");
const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });

export const count = (value) => whole.format(value);
export const compact = (value) => (value < 10000 ? whole.format(value) : short.format(value));

/** A rate never rounds to 100 % or 0 % that is not quite so. */
export function percent(value) {
  if (value > 99.99 && value < 100) return "> 99.99 %";
  if (value < 0.01 && value > 0) return "< 0.01 %";
  return `${value.toFixed(2)} %`;
}

export const latency = (value) => `${whole.format(value < 100 ? Math.round(value * 10) / 10 : Math.round(value))} ms`;

export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

export const plural = (number, noun) => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;

const PHRASES = {
  200: "OK",
  204: "No Content",
  304: "Not Modified",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};
export const statusText = (status) => `${status} ${PHRASES[status] || ""}`.trim();

/** The time of day of an ISO time, on this machine's clock. */
export const clock = (iso) => new Date(iso).toLocaleTimeString("en-GB");
