// Small helps for a page that already works without them.

// A field marked data-browser-timezone starts with the browser's own time zone (a select only if it offers it).
function proposeTimeZone(root) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const field of root.querySelectorAll("[data-browser-timezone]")) {
    const offered = field.tagName !== "SELECT" || [...field.options].some((option) => option.value === zone);
    if (zone && offered) field.value = zone;
  }
}

// After an answer to a question: the focus goes to the first wrong field, or to what was asked for (data-focus), and
// a part that carries data-announce is read aloud. What changes something is changes.js's.
function settle(target) {
  const next = target.querySelector("[aria-invalid='true']") ?? target.querySelector("[data-focus]");
  next?.focus();
  const words = target.closest("[data-announce]")?.dataset.announce;
  if (words) announce(words);
}

// A mail in its frame is seen to its end, without a scroll bar inside the page's own.
function showWholeMails() {
  for (const frame of document.querySelectorAll(".letter__frame")) {
    const mail = frame.contentDocument?.documentElement;
    if (mail) frame.style.blockSize = `${mail.offsetHeight + frame.offsetHeight - frame.clientHeight}px`;
  }
}

document.addEventListener("DOMContentLoaded", () => {
  proposeTimeZone(document);
  document.querySelector("main [aria-invalid='true']")?.focus();
});
for (const event of ["load", "resize"]) window.addEventListener(event, showWholeMails); // load: the frames are there too
document.addEventListener("htmx:afterSettle", (event) => event.detail.requestConfig && settle(event.target));
