/* Says what a drag has saved. The handles' script sends the new order and shows nothing, so its answer is read here; and
   what it sends is given the order in which the list was seen, so that nobody undoes what somebody else has moved.
   The two buttons of a row move it without leaving the page: focus and scroll stay. */
"use strict";
{
  const send = window.fetch;
  const shown = () => Array.from(document.querySelectorAll("#result_list .handle"), (handle) => handle.getAttribute("pk"));
  let seen = [];

  window.fetch = async (address, options) => {
    if (!String(address).endsWith("adminsortable2_update/")) return send(address, options);
    const line = document.getElementById("draft-line");
    let response;
    try {
      response = await send(address, { ...options, body: JSON.stringify({ ...JSON.parse(options.body), seen }) });
    } catch {
      line.textContent = "The server could not be reached, so the new order was not saved. Load the page again and repeat it.";
      return new Response(null, { status: 503 });
    }
    if (response.ok && !response.redirected) {
      seen = shown();
      line.innerHTML = await response.clone().text();
    } else {
      const why = response.status === 409 ? `${await response.clone().text()} ` : "The new order was not saved. ";
      line.textContent = `${why}Load the page again and repeat it.`;
    }
    return response;
  };

  // One row's buttons are a tab stop; the arrow keys lead to those of the other rows.
  const buttons = () => [...document.querySelectorAll("#result_list .move button")];
  function stopAt(button) {
    for (const other of buttons()) other.tabIndex = other.parentElement === button.parentElement ? 0 : -1;
  }

  function go(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const button = event.target.closest(".move button");
    if (!step || !button) return;
    event.preventDefault();
    const way = button.value.split(":")[1];
    const column = buttons().filter((other) => other.value.endsWith(`:${way}`));
    column[column.indexOf(button) + step]?.focus();
  }

  // The neighbour is moved, not the row itself: what has the focus keeps it.
  function swap(row, neighbour, isUp) {
    const before = row.getBoundingClientRect().top;
    if (isUp) row.after(neighbour);
    else row.before(neighbour);
    window.scrollBy({ top: row.getBoundingClientRect().top - before, behavior: "instant" });
  }

  async function move(event) {
    const button = event.target.closest(".move button");
    const config = document.getElementById("admin_sortable2_config");
    if (!button || !config) return;
    event.preventDefault();
    const isUp = button.value.endsWith(":up");
    const row = button.closest("tr");
    const neighbour = isUp ? row.previousElementSibling : row.nextElementSibling;
    if (!neighbour) return;
    swap(row, neighbour, isUp);
    const key = (one) => one.querySelector(".handle").getAttribute("pk");
    const order = isUp ? [row, neighbour] : [neighbour, row];
    const token = document.querySelector("#changelist-form input[name=csrfmiddlewaretoken]").value;
    const response = await window.fetch(JSON.parse(config.textContent).update_url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ updatedItems: order.map((one, place) => [key(one), place]) }),
    });
    if (!response.ok) swap(row, neighbour, !isUp);
  }

  document.addEventListener("DOMContentLoaded", () => {
    seen = shown();
    const list = document.getElementById("result_list");
    if (!list || !buttons().length) return;
    stopAt(buttons()[0]);
    list.addEventListener("focusin", (event) => event.target.closest(".move button") && stopAt(event.target));
    list.addEventListener("keydown", go);
    list.addEventListener("click", move);
  });
}
