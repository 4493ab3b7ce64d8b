// A change swaps parts of the page. What a person sees and does stays: the control under the finger, the focus, what is
// typed and not sent, what is folded out. remember() before the swap, restore() after it.

const FIELDS = "main :is(input:not([type='hidden']), select, textarea)";

// What names a field on this page and on the one that is swapped in.
function nameOf(field) {
  return field.id || [field.form?.getAttribute("action"), field.name, field.value].join(" ");
}

function isBox(field) {
  return field.type === "checkbox" || field.type === "radio";
}

function valueOf(field) {
  return isBox(field) ? field.checked : field.value;
}

function isTyped(field) {
  if (field.tagName !== "SELECT") return isBox(field) ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
  const first = [...field.options].findIndex((option) => option.defaultSelected);
  return field.selectedIndex !== Math.max(first, 0);
}

// What stands in the fields of a form, by name.
function entered(form) {
  return new Map([...form.elements].filter((field) => field.matches(FIELDS)).map((field) => [nameOf(field), valueOf(field)]));
}

// What is typed and not sent; `sent` is what went with the change, unless it was typed over since.
function typed(sent) {
  const fields = [...document.querySelectorAll(FIELDS)].filter(isTyped);
  return new Map(fields.map((field) => [nameOf(field), valueOf(field)]).filter(([name, value]) => sent?.get(name) !== value));
}

// Each fold of the page by its id, or by its place in the nearest part that has one.
function folds() {
  const counts = new Map();
  return new Map([...document.querySelectorAll("main details")].map((fold) => {
    const part = fold.parentElement.closest("[id]").id;
    counts.set(part, (counts.get(part) ?? 0) + 1);
    return [fold.id || `${part} ${counts.get(part)}`, fold];
  }));
}

function isInView(element) {
  const { top, bottom, height } = element.getBoundingClientRect();
  return height > 0 && bottom > 0 && top < innerHeight;
}

// The parts of the page that a control stands in, the nearest first.
function partsAround(control) {
  const parts = [];
  for (let part = control?.parentElement?.closest("[id]"); part; part = part.parentElement?.closest("[id]")) parts.push(part.id);
  return parts.filter((id) => !["main", "messages"].includes(id));
}

// How the page stands; `before` is the control that was used before this one, for an Undo in the messages goes with them.
function remember(control, { sent, before } = {}) {
  const anchor = [control, before].find((element) => element?.isConnected && !element.closest("#messages") && isInView(element));
  return {
    scroll: scrollY,
    anchor: anchor?.id,
    top: anchor?.getBoundingClientRect().top ?? 0,
    control: control?.id,
    before: before?.id,
    parts: partsAround(control),
    focus: document.activeElement,
    typed: typed(sent),
    folds: new Map([...folds()].map(([name, fold]) => [name, fold.open])),
  };
}

function restore(was) {
  for (const [name, fold] of folds()) {
    if (was.folds.has(name) && !fold.querySelector("[aria-invalid='true']")) fold.open = was.folds.get(name);
  }
  for (const field of document.querySelectorAll(FIELDS)) {
    if (was.typed.has(nameOf(field))) field[isBox(field) ? "checked" : "value"] = was.typed.get(nameOf(field));
  }
  const anchor = was.anchor && document.getElementById(was.anchor);
  const moved = anchor ? anchor.getBoundingClientRect().top - was.top : 0;
  scrollTo({ top: anchor ? scrollY + moved : was.scroll, behavior: "instant" });
  if (!was.focus.isConnected || was.focus === document.body) focusSuccessor(was);
}

// The focus goes to the control itself; where that is gone to what stands for it: something with a name, never a mere part.
function focusSuccessor(was) {
  const candidates = [was.focus.id, was.control, was.before].filter(Boolean).map((id) => document.getElementById(id));
  for (const id of was.parts) {
    const part = document.getElementById(id);
    if (part && id !== "plan") candidates.push(...["[data-focus]", "button", "a[href]"].map((kind) => part.querySelector(kind)));
  }
  if (candidates.some((element) => element && takesFocus(element))) return;
  const distance = (heading) => Math.abs(heading.getBoundingClientRect().top - was.top);
  const headings = [...document.querySelectorAll("main :is(h1, h2, h3)")].filter((heading) => heading.checkVisibility());
  const nearest = headings.sort((a, b) => distance(a) - distance(b))[0];
  if (nearest) nearest.tabIndex = -1;
  nearest?.focus({ preventScroll: true });
}

function takesFocus(element) {
  element.focus({ preventScroll: true });
  return document.activeElement === element;
}
