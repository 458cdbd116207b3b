// Buttons that only a script can serve. They are hidden until one is there, so nobody meets a dead button.
"use strict";

(() => {
  const said = document.querySelector("[data-said]");
  const address = location.origin + location.pathname;

  const tools = {
    print: () => window.print(),
    copy: async (button) => {
      try {
        await navigator.clipboard.writeText(address);
        said.textContent = button.dataset.done;
      } catch {
        // Not allowed here: the address itself is the next best thing.
        said.textContent = address;
      }
    },
  };

  for (const button of document.querySelectorAll("[data-tool]")) {
    const tool = tools[button.dataset.tool];
    button.hidden = false;
    button.addEventListener("click", () => tool(button));
  }
})();
