// Says when a form could not be sent, on pages whose forms are sent without leaving the page.

document.addEventListener("htmx:sendError", () => {
  const words = document.createElement("p");
  words.textContent = "No connection. Nothing was changed. Try again when you are online.";
  document.getElementById("failure").replaceChildren(words);
});
