// The search swaps filters and list together; what was unfolded and where the keyboard was stay as they were.
let open = new Set();
let focused = "";

document.addEventListener("htmx:beforeSwap", () => {
  open = new Set([...document.querySelectorAll("#browse details[open]")].map((one) => one.id));
  focused = document.activeElement?.id ?? "";
});

document.addEventListener("htmx:afterSwap", () => {
  for (const one of document.querySelectorAll("#browse details")) one.open = open.has(one.id);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
});
