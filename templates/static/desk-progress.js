// Keeps the page about a running edition, or an import, new. The server says when there is something to show; the page itself
// is fetched again, and its parts take the place of the old ones. Without this script the reader reloads.
(function () {
  "use strict";
  var live = document.querySelector("[data-live]");
  if (!live || !live.dataset.live || !window.EventSource || !window.fetch) return;

  // A part that somebody is in, or has opened, stays as it is until they have left it.
  function inUse(part) {
    return part.contains(document.activeElement) || part.querySelector("details[open]") !== null;
  }

  function replace(page) {
    live.querySelectorAll("[data-part]").forEach(function (part) {
      var fresh = page.querySelector('[data-part="' + part.dataset.part + '"]');
      if (fresh && fresh.innerHTML !== part.innerHTML && !inUse(part)) part.innerHTML = fresh.innerHTML;
    });
  }

  var fetching = false, again = false;
  function refresh() {
    if (fetching) { again = true; return; }
    fetching = true;
    fetch(window.location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" })
      .then(function (answer) { return answer.ok && !answer.redirected ? answer.text() : null; })
      .then(function (text) { if (text) replace(new DOMParser().parseFromString(text, "text/html")); })
      .catch(function () {}) // the next event tries again
      .then(function () {
        fetching = false;
        if (again) { again = false; refresh(); }
      });
  }

  var source = new EventSource(live.dataset.live);
  source.addEventListener("changed", refresh);
  source.addEventListener("done", function () { source.close(); refresh(); });
  window.addEventListener("pagehide", function () { source.close(); });
})();
