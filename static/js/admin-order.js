/* Says what a drag has saved. The handles' script sends the new order and shows nothing, so its answer is read here. */
"use strict";
{
  const send = window.fetch;
  window.fetch = async (address, options) => {
    const response = await send(address, options);
    if (String(address).endsWith("adminsortable2_update/")) {
      const line = document.getElementById("draft-line");
      if (response.ok) line.innerHTML = await response.clone().text();
      else line.textContent = "The new order was not saved. Load the page again and repeat it.";
    }
    return response;
  };
}
