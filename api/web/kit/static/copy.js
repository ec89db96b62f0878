// Buttons that copy links and print their list. Without scripts they stay hidden, and a click on a link selects it.

const status = document.getElementById("copied");

async function copy(text, words) {
  try {
    await navigator.clipboard.writeText(text);
    status.textContent = words;
  } catch {
    status.textContent = "Your browser did not allow copying. Select the link and copy it yourself.";
  }
}

const address = (item) => item.querySelector("code").textContent;
const whose = (item) => item.querySelector(".for").textContent.replace(/\s+/g, " ").trim();
const items = [...document.querySelectorAll("[data-link]")];

for (const item of items) {
  const button = item.querySelector("[data-copy]");
  button.hidden = false;
  button.addEventListener("click", () => copy(address(item), `Copied: ${whose(item)}`));
}
const all = document.querySelector("[data-copy-all]");
if (all) {
  all.hidden = items.length < 2;
  all.addEventListener("click", () =>
    copy(items.map((item) => `${whose(item)}\t${address(item)}`).join("\n"), `Copied ${items.length} links`),
  );
}
const print = document.querySelector("[data-print]");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
