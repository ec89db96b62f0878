// Takes out of this browser what a person who leaves it had not sent, and tells other tabs of the same check.

const id = document.querySelector("[data-left]").dataset.left;
try {
  localStorage.removeItem(`trellis.check.${id}`);
} catch {
  // Where the browser keeps nothing, nothing is left.
}
if ("BroadcastChannel" in window) new BroadcastChannel(`trellis.check.${id}`).postMessage({ left: true });
