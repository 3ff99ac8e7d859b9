// The rail's "Lainnya" on a phone: shut by Escape and by a press elsewhere, like any menu.

const more = document.querySelector(".st-more");
if (more instanceof HTMLDetailsElement) {
  document.addEventListener("click", (event) => {
    if (event.target instanceof Node && !more.contains(event.target)) more.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !more.open) return;
    more.open = false;
    const summary = more.querySelector("summary");
    if (summary) summary.focus();
  });
}
