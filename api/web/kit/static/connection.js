// Says when a form could not be sent, on pages whose forms are sent without leaving the page.

document.addEventListener("htmx:sendError", () => {
  const place = document.getElementById("failure");
  const words = document.createElement("p");
  words.textContent = place.dataset.words;
  place.replaceChildren(words);
});
