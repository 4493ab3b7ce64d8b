// Small helps for a page that already works without them.

// A field marked data-browser-timezone starts with the browser's own time zone (a select only if it offers it).
function proposeTimeZone(root) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const field of root.querySelectorAll("[data-browser-timezone]")) {
    const offered = field.tagName !== "SELECT" || [...field.options].some((option) => option.value === zone);
    if (zone && offered) field.value = zone;
  }
}

// After a swap: an invalid form takes the focus to its first wrong field; if the focused control is gone,
// its successor is what was swapped in; and a part that carries data-announce is read aloud.
function settle(target) {
  if (target.closest("#messages")) return;  // a status region: announced, never focused
  const wrong = target.querySelector("[aria-invalid='true']");
  if (wrong) {
    wrong.focus();
  } else if (document.activeElement === document.body) {
    const next = target.querySelector("[data-focus]") ?? target;
    if (next === target && !target.hasAttribute("tabindex")) target.tabIndex = -1;
    next.focus({ preventScroll: true });
  }
  const said = target.matches("[data-announce]") ? target : target.querySelector("[data-announce]");
  if (said) document.getElementById("announcer").textContent = said.dataset.announce;
}

// A mail in its frame is seen to its end, without a scroll bar inside the page's own.
function showWholeMails() {
  for (const frame of document.querySelectorAll(".letter__frame")) {
    const mail = frame.contentDocument?.documentElement;
    if (mail) frame.style.blockSize = `${mail.offsetHeight + frame.offsetHeight - frame.clientHeight}px`;
  }
}

document.addEventListener("DOMContentLoaded", () => proposeTimeZone(document));
for (const event of ["load", "resize"]) window.addEventListener(event, showWholeMails); // load: the frames are there too
document.addEventListener("htmx:afterSettle", (event) => settle(event.target));
