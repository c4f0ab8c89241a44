// The controls of the request: from the page to the choice and back.

import { PRESETS, moveDay, rangeOf } from "./choice.js";
import { byId, element, fill, offer, takeTyped, typing } from "./dom.js";
import { statusText } from "./format.js";

const OTHER = "\u0000other";
const ALL = "\u0000all";
const FURTHER_CODES = ["429", "500", "503"];
const TYPING = 350; // ms without a key before what was typed counts

/** Wire the controls; `update(changes)` takes what somebody chooses, `send()` sends the request again. */
export function controls(choice, today, update, send) {
  byId("request").addEventListener("submit", (event) => {
    event.preventDefault();
    takeTyped();
    send();
  });
  byId("presets").replaceChildren(
    ...PRESETS.map(([name, label, meaning]) =>
      element(
        "label",
        { class: "preset", title: meaning },
        element("input", {
          type: "radio",
          name: "range",
          value: name,
          "aria-label": meaning,
          onchange: () => update({ range: name }),
        }),
        element("span", {}, label),
      ),
    ),
  );
  for (const [index, name] of ["start", "end"].entries()) day(name, index, choice, today, update);
  for (const name of ["mode", "slug"]) filter(name, update);
  byId("prefer-code").addEventListener("change", (event) => update({ code: event.target.value }));
  byId("prefer-scenario").addEventListener("change", (event) => update({ scenario: event.target.value }));
  byId("key").addEventListener("change", (event) => update({ key: event.target.value }));
  typing(byId("prefer-delay"), () => update({ delay: byId("prefer-delay").value.trim() }), TYPING);
}

function day(name, index, choice, today, update) {
  const field = byId(name);
  const picker = document.querySelector(`.picker[data-for=${name}]`);
  const take = (text) => {
    const days = rangeOf(choice, today());
    days[index] = text.trim() === "" ? null : text.trim();
    update({ range: "custom", start: days[0], end: days[1] });
  };
  const typed = typing(field, () => take(field.value), TYPING);
  field.addEventListener("keydown", (event) => {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const moved = by ? moveDay(field.value, by) : field.value;
    if (moved === field.value) return;
    event.preventDefault();
    field.value = moved;
    typed();
  });
  document.querySelector(`.pick[data-for=${name}]`).addEventListener("click", () => {
    picker.value = field.value;
    picker.showPicker();
  });
  picker.addEventListener("change", () => {
    field.value = picker.value;
    take(picker.value);
  });
}

function filter(name, update) {
  const select = byId(name);
  const other = byId(`${name}-other`);
  select.addEventListener("change", () => {
    other.hidden = select.value !== OTHER;
    if (select.value === OTHER) {
      other.focus();
      update({ [name]: other.value });
    } else {
      update({ [name]: select.value === ALL ? null : select.value });
    }
  });
  typing(other, () => update({ [name]: other.value }), TYPING);
}

/** Show a choice in the controls. */
export function showChoice(choice, today, { slugs, modes }, scenarios, codes) {
  for (const radio of byId("presets").querySelectorAll("input")) radio.checked = radio.value === choice.range;
  const [start, end] = rangeOf(choice, today);
  offer(byId("start"), start ?? "");
  offer(byId("end"), end ?? "");
  for (const [name, known] of [
    ["mode", modes],
    ["slug", slugs],
  ]) {
    const value = choice[name];
    const isOther = value !== null && !known.includes(value);
    fill(
      byId(name),
      [[ALL, "all"], ...known.map((each) => [each, each]), [OTHER, "other…"]],
      value === null ? ALL : isOther ? OTHER : value,
    );
    byId(`${name}-other`).hidden = !isOther;
    if (isOther) offer(byId(`${name}-other`), value);
  }
  const further = FURTHER_CODES.filter((code) => !codes.includes(code));
  const known = [...codes, ...further];
  const extra = choice.code && !known.includes(choice.code) ? [choice.code] : [];
  fill(
    byId("prefer-code"),
    [["", "what fits"], ...[...known, ...extra].map((code) => [code, statusText(code)])],
    choice.code,
  );
  const named = scenarios.map(({ name }) => name);
  if (choice.scenario && !named.includes(choice.scenario)) named.push(choice.scenario);
  fill(byId("prefer-scenario"), [["", "everyone’s"], ...named.map((name) => [name, name])], choice.scenario);
  byId("key").value = choice.key;
  offer(byId("prefer-delay"), choice.delay);
  const preferred = [
    choice.code,
    choice.scenario,
    choice.delay && `${choice.delay} ms`,
    choice.key && (choice.key === "none" ? "no key" : "wrong key"),
  ];
  byId("prefer-now").textContent = preferred.filter(Boolean).join(", ") || "nothing";
}
