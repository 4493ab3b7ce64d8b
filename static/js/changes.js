// What a person changes: answered at once, sent one after the other, and never lost without a word.
//
// Every form works without this. Where a form has hx-post, htmx says that it was submitted (htmx:confirm); what follows
// is read here from the press to the answer. A change is sent again only if it states a wish or carries a `change`, so
// that it counts once.

const PATIENCE = 20_000; // milliseconds, then an answer counts as lost
const SLOW = 400; // milliseconds, then somebody should hear that it is under way (components.css shows it as late)
const DOUBLE_CLICK = 500; // milliseconds
const WISHES = ["done", "state", "milestone"];
const LOGGED_OUT = { words: "you are logged out. Log in, then try again", ways: ["log-in", "again"] };
const TROUBLES = {
  offline: { words: "there is no connection. What you entered is still here", ways: ["again"] },
  lost: { words: "no answer came. You can try again: it counts once", ways: ["again"] },
  strange: { words: "something between you and us answered in our place", ways: ["again"] },
  403: { words: "this isn't open to you any more", ways: ["reload"] },
  404: { words: "this is no longer where it was", ways: ["reload"] },
  409: { words: "this has changed meanwhile", ways: ["reload"] },
  422: { words: "something in it was not as expected", ways: ["reload"] },
  429: { words: "that was a lot in a short time. Wait a minute, then try again", ways: ["again"] },
  500: { words: "something broke on our side. What you entered is still here", ways: ["again"] },
};

const underWay = new Set();
const failed = new Map(); // by their place: changes that were not saved, each with its trouble
let line = Promise.resolve(); // one change after the other, so that the last answer is the newest
let lastControl = ""; // the id of what was used last to change something
let lastUndone = -Infinity;

// The press -----------------------------------------------------------

document.addEventListener("htmx:confirm", (event) => {
  const { elt: form, verb, triggeringEvent } = event.detail;
  if (verb !== "post" || !(form instanceof HTMLFormElement)) return;
  event.preventDefault();
  begin(form, triggeringEvent?.submitter ?? null);
});

// The second click of a double click may meet a control that has just taken the place of the one that was meant.
document.addEventListener("click", (event) => {
  if (event.detail > 1 && event.target.closest("form[hx-post] button")) event.preventDefault();
});

function begin(form, submitter) {
  const isUndo = form.hasAttribute("data-undo");
  if (isUndo && performance.now() - lastUndone < DOUBLE_CLICK) return;
  const values = new URLSearchParams(new FormData(form, submitter));
  const wish = new URLSearchParams(values);
  for (const name of ["csrfmiddlewaretoken", "change", "edition"]) wish.delete(name);
  const change = { url: form.getAttribute("hx-post"), values, form, submitter, isUndo, sent: entered(form) };
  change.key = `${change.url}?${wish}`;
  change.place = `${change.url}#${values.get("corrects") ?? ""}`; // what it is about, whatever it says of that
  if ([...underWay].some((other) => other.key === change.key)) return; // pressed twice
  enqueue(change);
}

function enqueue(change) {
  underWay.add(change);
  mark(change);
  setTimeout(() => underWay.has(change) && announce("Saving…"), SLOW);
  line = line.then(() => perform(change)).catch((error) => {
    underWay.delete(change);
    refuse(change, TROUBLES.strange);
    reportError(error);
  });
}

function controlOf(change) {
  return (change.submitter?.id && document.getElementById(change.submitter.id)) || change.submitter;
}

// What is pressed shows at once that it was: a tick is ticked, and its row is busy.
function mark(change) {
  const control = controlOf(change);
  change.row = control?.closest(".step, .milestone") ?? control?.form ?? change.form;
  change.row.setAttribute("aria-busy", "true");
  if (control?.matches(".tick")) control.closest(".step").classList.toggle("step--done", control.value === "1");
}

function unmark(change, isSaved) {
  change.row.removeAttribute("aria-busy");
  const control = controlOf(change);
  if (!isSaved && control?.matches(".tick")) control.closest(".step").classList.toggle("step--done", control.value !== "1");
}

// On its way ----------------------------------------------------------

async function perform(change) {
  let answer = await post(change);
  let trouble = answer.status === 403 ? await renew(change) : null;
  if (answer.status === 403 && !trouble) answer = await post(change);
  trouble ??= troubleOf(answer);
  underWay.delete(change);
  failed.delete(change.place);
  announce("");
  if (trouble) refuse(change, trouble);
  else await accept(change, answer);
}

async function ask(url, options) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE), ...options });
    const html = await response.text();
    return { status: response.status, html, leadsTo: response.headers.get("HX-Redirect") };
  } catch {
    return { status: navigator.onLine ? "lost" : "offline", html: "" };
  }
}

// With the newest change that this page knows of: where another tab made a newer one, the answer is the whole page.
function post(change) {
  const headers = { "HX-Request": "true", "HX-Current-URL": location.href };
  const wayBack = document.querySelector("[id^='way-back']");
  if (wayBack) headers["X-Known-Change"] = wayBack.querySelector("[name='change']")?.value ?? "";
  return ask(change.url, { method: "POST", body: change.values, headers });
}

function troubleOf(answer) {
  if (answer.leadsTo) return isLogIn(answer.leadsTo) ? LOGGED_OUT : null;
  const isOurs = answer.html.includes('id="messages"');
  if (isOurs && [200, 409, 422].includes(answer.status)) return null;
  return TROUBLES[answer.status] ?? (answer.status < 300 ? TROUBLES.strange : TROUBLES[500]);
}

function isLogIn(address) {
  return new URL(address, location.href).pathname === document.body.dataset.logIn;
}

// A token goes stale when somebody logs in again. Nothing is sent for somebody else than the page was shown to.
async function renew(change) {
  const trouble = await refresh([change, ...underWay]);
  return trouble ?? (countsOnce(change) ? null : { words: "this page had gone stale. It is fresh again: try once more", ways: ["again"] });
}

// Whether a change may be sent twice: it states a wish, or carries a name.
function countsOnce({ values }) {
  return Boolean(values.get("change")) || WISHES.some((name) => values.has(name));
}

async function refresh(changes) {
  const answer = await ask(document.body.dataset.session, { headers: { Accept: "application/json" } });
  if (answer.status !== 200) return troubleOf(answer);
  const session = JSON.parse(answer.html);
  if (!session.person) return LOGGED_OUT;
  if (session.person !== document.body.dataset.person) {
    return { words: `you are logged in as ${session.name} now, and this page is another person's`, ways: ["reload"] };
  }
  for (const field of document.querySelectorAll("[name='csrfmiddlewaretoken']")) field.value = session.token;
  for (const { values } of changes) values.set("csrfmiddlewaretoken", session.token);
  return null;
}

// The answer ----------------------------------------------------------

async function accept(change, answer) {
  const isSaved = answer.status === 200;
  if (answer.leadsTo) {
    const there = new URL(answer.leadsTo, location.href);
    if (there.pathname + there.search !== location.pathname + location.search) return location.assign(there);
    answer = await ask(there);
    if (answer.status !== 200) return say("Saved, but the page could not be shown anew.", ["reload"]);
  }
  const before = change.isUndo ? document.getElementById(lastControl) : null;
  const was = remember(controlOf(change), { sent: change.sent, before });
  unmark(change, isSaved);
  if (change.isUndo) lastUndone = performance.now();
  else lastControl = controlOf(change)?.id ?? "";
  swapIn(change, answer.html);
  for (const other of underWay) mark(other);
  restore(was);
  if (answer.status === 422) document.querySelector("main [aria-invalid='true']")?.focus();
  if (failed.size) sayFailed({ beside: true });
  keepClear();
}

// A whole page, the parts that changed, or what takes the form's own place.
function swapIn(change, html) {
  const now = { swapDelay: 0, settleDelay: 0 };
  if (html.includes('id="main"')) {
    htmx.swap("#main", html, { ...now, swapStyle: "outerHTML" }, { select: "#main", selectOOB: "#messages:innerHTML" });
  } else {
    const swapStyle = change.form.getAttribute("hx-swap");
    htmx.swap(change.form.isConnected ? change.form : document.body, html, { ...now, swapStyle });
  }
}

function refuse(change, trouble) {
  unmark(change, false);
  failed.set(change.place, { change, trouble });
  sayFailed();
}

function sayFailed({ beside = false } = {}) {
  const troubles = [...failed.values()].map((entry) => entry.trouble);
  const what = failed.size > 1 ? `Not saved, ${failed.size} changes` : "Not saved";
  const { words, ways } = troubles.at(-1);
  say(`${what}: ${words}.`, ways, tryAgain, { beside });
}

function tryAgain() {
  const changes = [...failed.values()].map((entry) => entry.change);
  failed.clear();
  controlOf(changes[0])?.focus({ preventScroll: true });
  document.getElementById("messages").replaceChildren();
  for (const change of changes) {
    const control = controlOf(change);
    if (control?.isConnected) begin(control.form, control); // with what is entered by now
    else enqueue(change);
  }
}

// Words in the status region, with what one can do; in place of what was said, or beside it.
function say(words, ways, again, { beside = false } = {}) {
  const list = document.getElementById("trouble").content.cloneNode(true);
  list.querySelector("p").textContent = words;
  list.querySelector("a").href = `${document.body.dataset.logIn}?next=${encodeURIComponent(location.pathname)}`;
  list.querySelector("[data-way='again']").addEventListener("click", again);
  list.querySelector("[data-way='reload']").addEventListener("click", () => location.reload());
  for (const way of list.querySelectorAll("[data-way]")) if (!ways.includes(way.dataset.way)) way.remove();
  const region = document.getElementById("messages");
  if (beside) region.append(list);
  else region.replaceChildren(list);
  keepClear();
}

function announce(words) {
  document.getElementById("announcer").textContent = words;
}

// The messages stand at the foot of the window; above, where they would cover what has the focus.
function keepClear() {
  const region = document.getElementById("messages");
  const focused = document.activeElement;
  if (region.contains(focused)) return; // a press there would miss what moves away under it
  region.classList.remove("messages--above");
  if (focused === document.body || !isInView(focused)) return;
  const isCovered = focused.getBoundingClientRect().bottom > region.getBoundingClientRect().top;
  region.classList.toggle("messages--above", isCovered && region.childElementCount > 0);
}

document.addEventListener("focusin", keepClear);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-hide]")) event.target.closest(".message").remove();
});

// Other ways of waiting -----------------------------------------------

// Questions, which change nothing, are htmx's own; where they fail, that is said too.
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, async (event) => {
    const { elt, xhr } = event.detail;
    const again = () => (elt.form ? elt.click() : elt.requestSubmit());
    const status = xhr.status || (navigator.onLine ? "lost" : "offline");
    const isStale = status === 403 && !elt.dataset.renewed;
    const trouble = isStale ? await refresh([]) : troubleOf({ status, html: "" });
    if (isStale) elt.dataset.renewed = "yes";
    if (trouble) say(`Not shown: ${trouble.words}.`, trouble.ways, again);
    else again();
  });
}
document.addEventListener("htmx:beforeRequest", (event) => event.detail.elt.setAttribute("aria-busy", "true"));
document.addEventListener("htmx:afterRequest", (event) => event.detail.elt.removeAttribute("aria-busy"));

// A form that is sent as a page is sent once.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.getAttribute("aria-busy") === "true") event.preventDefault();
  form.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload(); // a page that was put away may be behind
});

// Who leaves the page at once takes nothing back: what still waits is sent along, where that can't count twice.
addEventListener("pagehide", () => {
  for (const change of underWay) {
    if (countsOnce(change)) fetch(change.url, { method: "POST", body: change.values, keepalive: true });
  }
});
