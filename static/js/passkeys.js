// allauth's scripts tell of a failed or cancelled passkey in the console only. People are told on the page.
"use strict";

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const words of document.querySelectorAll("[data-passkey-failed]")) {
    words.hidden = false;
  }
});
