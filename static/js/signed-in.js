// Tells the live parts of a page that somebody is signed in, so that they ask for what is personal. Visitors
// without an account cause no request. The cookie is only a hint: the server asks the session.
"use strict";

(() => {
  if (!document.cookie.split("; ").includes("signed-in=1")) return;

  const tell = () => {
    const fresh = document.querySelectorAll("[data-personal]:not([data-told])");
    for (const part of fresh) part.dataset.told = "";
    if (fresh.length) document.body.dispatchEvent(new Event("signed-in"));
  };

  document.addEventListener("DOMContentLoaded", () => setTimeout(tell));
  document.addEventListener("htmx:after:swap", () => setTimeout(tell));
})();
