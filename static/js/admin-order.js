/* Says what a drag has saved. The handles' script sends the new order and shows nothing, so its answer is read here; and
   what it sends is given the order in which the list was seen, so that nobody undoes what somebody else has moved. */
"use strict";
{
  const send = window.fetch;
  const shown = () => Array.from(document.querySelectorAll("#result_list .handle"), (handle) => handle.getAttribute("pk"));
  let seen = [];
  document.addEventListener("DOMContentLoaded", () => { seen = shown(); });
  window.fetch = async (address, options) => {
    if (!String(address).endsWith("adminsortable2_update/")) return send(address, options);
    const response = await send(address, { ...options, body: JSON.stringify({ ...JSON.parse(options.body), seen }) });
    const line = document.getElementById("draft-line");
    if (response.ok) {
      seen = shown();
      line.innerHTML = await response.clone().text();
    } else {
      const why = response.status === 409 ? `${await response.clone().text()} ` : "The new order was not saved. ";
      line.textContent = `${why}Load the page again and repeat it.`;
    }
    return response;
  };
}
