// Makes the review desk quick: keys, forms that open in place, drag to reorder. Every action is a button or a link too.
// Keys queue up: each is sent when the answer to the one before it has come, so that it carries the newest version.

const STORE = "trellis-desk-keys";
const byId = (id) => document.getElementById(id);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const cards = () => all("#matches article.match");

let keysOn = remembered();
let sending = false;
let stand = null; // the card that the person works on
const waiting = []; // what to do next: functions that find their button in the page of then

function remembered() {
  try {
    return localStorage.getItem(STORE) !== "off";
  } catch {
    return true;
  }
}

// --- where the person is

function current() {
  const focused = document.activeElement?.closest("article.match");
  return focused ?? (stand && byId(stand)) ?? null;
}

function goTo(card) {
  if (!card?.matches("article.match")) return;
  for (const one of cards()) one.tabIndex = one === card ? 0 : -1;
  stand = card.id;
  card.focus();
}

function step(by) {
  const list = cards();
  const at = list.indexOf(current());
  if (at < 0) goTo(list.find((card) => !card.classList.contains("decided")) ?? list[0]);
  else goTo(list[Math.min(Math.max(at + by, 0), list.length - 1)]);
}

function following(card) {
  const list = cards();
  const rest = list.slice(list.indexOf(card) + 1);
  const open = (one) => one !== card && !one.matches(".decided, .waiting");
  return rest.find(open) ?? list.find(open) ?? rest[0] ?? card;
}

// --- doing things

function send(what) {
  const field = byId("do");
  field.value = what;
  field.disabled = false;
  byId("act").requestSubmit();
  field.disabled = true;
}

function run() {
  if (sending) return;
  const next = waiting.shift();
  if (next) next();
}

function soon(action) {
  waiting.push(action);
  run();
}

const valued = (root, verb) => all("button[form=act]", root).find((button) => button.value.split(" ")[0] === verb);

// Press a button of a card as it will be when its turn comes; nothing happens when it is gone by then.
function press(card, verb) {
  const id = card.id;
  card.classList.add("waiting");
  soon(() => {
    const button = byId(id) && valued(byId(id), verb);
    if (button) send(button.value);
    else {
      byId(id)?.classList.remove("waiting");
      run();
    }
  });
}

const idOf = (card) => card.id.slice(2);
const placeOf = (card) => Number(card.querySelector(".place").textContent);

// The nearest place that a card may take: pinned ones stay before the others.
function within(card, place) {
  const list = card.closest("ol");
  const pinned = Number(list.dataset.pinned);
  const [first, last] = placeOf(card) <= pinned ? [1, pinned] : [pinned + 1, list.children.length];
  return Math.min(Math.max(place, first), last);
}

// Decide on a card and go on; where that is done already, just go on.
function decide(card, verb) {
  const next = following(card);
  if (valued(card, verb)) press(card, verb);
  goTo(next);
}

function move(card, by) {
  const id = card.id;
  soon(() => {
    const now = byId(id);
    const place = now ? placeOf(now) + by : 0;
    if (now && place === within(now, place)) send(`move ${idOf(now)} ${place}`);
    else run();
  });
}

function undoLast() {
  soon(() => {
    const button = byId("undo");
    if (button) {
      stand = null; // go where the undone thing is
      document.activeElement?.blur();
      send(button.value);
    } else run();
  });
}

function release() {
  const button = byId("release");
  if (!button) return;
  byId("sure-words").textContent = button.dataset.words;
  byId("sure").showModal();
}

// --- forms that open within a card

function openForm(card, kind) {
  closeForms();
  const source = byId(`form-${kind}`);
  if (!card?.querySelector(`.acts [href^="?form=${kind}&"]`)) return;
  const form = source.content.firstElementChild.cloneNode(true);
  form.elements.do.value = `${kind} ${idOf(card)}`;
  form.elements.version.value = byId("act").elements.version.value;
  form.setAttribute("aria-label", form.dataset.words.replace("{title}", () => card.querySelector("h3").textContent));
  if (kind === "move") form.elements.to_place.value = placeOf(card);
  card.append(form);
  htmx.process(form);
  form.querySelector("input[type=radio], input[type=number], textarea").focus();
  form.scrollIntoView({ block: "nearest" });
}

function closeForms() {
  for (const form of all("article > form")) form.remove();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest('.acts [href^="?form="]');
  if (opener && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    openForm(opener.closest("article"), new URL(opener.href).searchParams.get("form"));
  }
  if (event.target.closest("[data-close]")) {
    const card = event.target.closest("article");
    closeForms();
    goTo(card);
  }
  const button = event.target.closest("button[form=act]");
  if (button) {
    event.preventDefault();
    if (Number(button.dataset.left)) release();
    else soon(() => send(button.value));
  }
  if (event.target.closest("#keys-open")) byId("keys").showModal();
  if (event.target.closest("#keys-switch")) switchKeys();
});

byId("sure")?.addEventListener("close", () => {
  if (byId("sure").returnValue === "yes") soon(() => send("release"));
  byId("sure").returnValue = "";
});

// --- keys

function switchKeys() {
  keysOn = !keysOn;
  try {
    localStorage.setItem(STORE, keysOn ? "on" : "off");
  } catch {
    // Only this page remembers it, then.
  }
  showKeys();
}

function showKeys() {
  const button = byId("keys-switch");
  if (button.getAttribute("aria-pressed") !== String(keysOn)) {
    button.setAttribute("aria-pressed", String(keysOn));
    [button.textContent, button.dataset.words] = [button.dataset.words, button.textContent];
  }
  const bar = document.querySelector(".desk-bar");
  if (bar && !byId("keys-open")) bar.querySelector(".count").after(byId("keys-opener").content.cloneNode(true));
}

const typing = (target) => target.closest?.("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");

const onCard = {
  a: (card) => decide(card, "approve"),
  p: (card) => (valued(card, "unpin") ? press(card, "unpin") : decide(card, "pin")),
  x: (card) => openForm(card, "remove"),
  c: (card) => openForm(card, "comment"),
  m: (card) => openForm(card, "move"),
  "[": (card) => move(card, -1),
  "]": (card) => move(card, 1),
  e: (card) => {
    const how = card.querySelector("details.how");
    if (how) how.open = !how.open;
  },
};

const anywhere = {
  j: () => step(1),
  k: () => step(-1),
  u: undoLast,
  "/": () => byId("q").focus(),
  n: () => soon(() => byId("next").click()),
  r: () => soon(release),
  "?": () => byId("keys").showModal(),
};

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  const form = target.closest?.("article > form, #q, #found form");
  if (key === "Escape" && form && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    const card = form.closest("article") ?? current() ?? cards()[0];
    closeForms();
    goTo(card);
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(target)) return;
  if (document.querySelector("dialog[open]")) return;
  const reasons = form ? all("input[name=reason][type=radio]", form) : [];
  if (reasons.length && /^[1-9]$/.test(key)) {
    const chosen = reasons[Number(key) - 1];
    if (chosen) {
      event.preventDefault();
      chosen.checked = true;
      chosen.focus();
    }
    return;
  }
  if (!keysOn || form) return;
  const card = current();
  let action = null;
  if (target.matches("article.match") && (key === "ArrowDown" || key === "ArrowUp")) {
    const by = key === "ArrowDown" ? 1 : -1;
    action = event.shiftKey ? () => move(card, by) : () => step(by);
  } else if (Object.hasOwn(anywhere, key)) action = anywhere[key];
  else if (Object.hasOwn(onCard, key)) action = card ? () => onCard[key](card) : () => step(0);
  if (action) {
    event.preventDefault();
    action();
  }
});

// --- drag to another place of the same list

let dragged = null;

function grips() {
  for (const card of cards()) {
    const acts = card.querySelector(".acts");
    if (!acts.querySelector("[value^='move ']") || acts.querySelector(".grip")) continue;
    acts.append(byId("grip").content.cloneNode(true));
  }
}

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".grip")?.closest("article") ?? null;
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", idOf(dragged));
  event.dataTransfer.setDragImage(dragged, 20, 20);
});
document.addEventListener("dragover", (event) => {
  const over = event.target.closest?.("article.match");
  for (const card of all("article.over")) card.classList.toggle("over", card === over);
  if (!dragged || !over || over.closest("ol") !== dragged.closest("ol")) return;
  event.preventDefault();
  over.classList.add("over");
});
document.addEventListener("drop", (event) => {
  const over = event.target.closest?.("article.match");
  if (!dragged || !over || over === dragged) return;
  event.preventDefault();
    const place = within(dragged, placeOf(over));
  stand = dragged.id;
  const what = `move ${idOf(dragged)} ${place}`;
  if (place !== placeOf(dragged)) soon(() => send(what));
});
document.addEventListener("dragend", () => {
  for (const card of all("article.over")) card.classList.remove("over");
  dragged = null;
});

// --- rules and record of a match, when they are asked for

document.addEventListener(
  "toggle",
  async (event) => {
    const link = event.target.matches?.("details.how[open]") && event.target.querySelector("a");
    if (!link) return;
    const answer = await fetch(link.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const how = page.getElementById("how");
    if (how) link.replaceWith(...how.childNodes);
  },
  true,
);

// --- after each answer

let opened = [];

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.requestConfig.verb === "post") sending = true;
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "failure") return;
  // What is sent from there changes the list below.
  const list = byId("review");
  for (const form of all("form.act-form", event.detail.target)) {
    for (const name of list.getAttributeNames()) if (name.startsWith("hx-")) form.setAttribute(name, list.getAttribute(name));
    form.setAttribute("hx-boost", "true");
    htmx.process(form);
  }
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "review") opened = all("#review details[open]").map((one) => one.id || one.closest("article")?.id);
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.requestConfig?.verb !== "post" || event.detail.failed) return;
  sending = false;
  settle();
  setTimeout(run);
});
for (const trouble of ["htmx:responseError", "htmx:sendError", "htmx:timeout", "htmx:swapError"]) {
  document.addEventListener(trouble, (event) => {
    if (event.detail.requestConfig.verb !== "post") return;
    sending = false;
    waiting.length = 0;
    for (const card of all(".match.waiting")) card.classList.remove("waiting");
    const what = byId("failure");
    what.tabIndex = -1;
    setTimeout(() => what.focus(), 50);
  });
}

function settle() {
  byId("failure").replaceChildren();
  for (const id of opened) {
    const there = id && byId(id);
    const part = there?.matches("article") ? there.querySelector(".how") : there;
    if (part?.matches("details")) part.open = true;
  }
  ready();
  const lost = !document.activeElement || document.activeElement === document.body;
  const at = byId("review").dataset.at;
  const target = [stand, `m-${at}`].map((id) => id && byId(id)).find((one) => one?.matches("article.match"));
  if (lost && target) goTo(target);
}

// After a click or a form the answer says what comes next; after a key the person has gone on already.
document.addEventListener("pointerdown", () => {
  stand = null;
});
document.addEventListener("submit", (event) => {
  if (event.target.id !== "act") stand = null;
});

function ready() {
  grips();
  showKeys();
}

if (byId("review")) {
  ready();
  const asked = location.hash.startsWith("#m-") && byId(decodeURIComponent(location.hash.slice(1)));
  if (asked) goTo(asked);
}
