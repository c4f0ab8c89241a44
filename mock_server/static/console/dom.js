// Elements: made and found. Text is always set as text: what the API says is never read as HTML.

export const byId = (id) => document.getElementById(id);

/** Make an element: attributes by name, `on…` listeners, `class`, and children (strings are text; null is left out). */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** Fill a select with `[value, label]` pairs, and choose one of them. */
export function fill(select, pairs, chosen) {
  const wanted = JSON.stringify(pairs);
  if (select.dataset.pairs !== wanted) {
    select.dataset.pairs = wanted;
    select.replaceChildren(...pairs.map(([value, label]) => element("option", { value }, label)));
  }
  select.value = chosen;
}

/** A URL's path and query, in pieces between which a line may end: nowhere else, if it can be helped. */
export function pieces(text) {
  return text.split(/(?=[?&])/).map((piece) => element("span", { class: "piece" }, piece));
}

/** Set a field's value, unless somebody writes in it just now. */
export function offer(field, value) {
  if (document.activeElement !== field) field.value = value;
}

/** Show a text in an element that is hidden while there is none. */
export function tell(place, text) {
  place.hidden = !text;
  if (place.textContent !== (text || "")) place.textContent = text || "";
}

/** Put off a call until nothing more has come for a while (ms). */
export function settled(call, wait) {
  let timer = null;
  const make = () => {
    clearTimeout(timer);
    timer = null;
    call();
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(make, wait);
  };
  later.now = () => timer !== null && make();
  return later;
}

const fields = [];

/** Take what is typed into a field once it settles. Gives what asks for it. */
export function typing(field, take, wait) {
  const later = settled(take, wait);
  fields.push(later);
  field.addEventListener("input", later);
  return later;
}

/**
 * Take at once what is still being typed: it came before what is to be done now. Not when the field is left: the page
 * would move under the pointer that is about to press something.
 */
export function takeTyped() {
  for (const later of fields) later.now();
}
