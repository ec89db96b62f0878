// Sends each change of an answer at once, keeps in this browser what is not saved yet, and says how it stands.
// Without this file every page still works by its buttons.

const page = document.querySelector("[data-check]");
const status = document.getElementById("saving");
const form = document.querySelector("form[data-autosave]");
const RETRY_MS = [1000, 2000, 4000, 8000, 15000, 30000];
const TYPING_MS = 1200;
const LANGUAGE = document.documentElement.lang;

if (page) start();

function start() {
  document.documentElement.classList.add("scripted");
  const unsent = openStore(`trellis.check.${page.dataset.check}`);
  const acknowledged = form ? valuesOf(form) : {};
  let attempt = 0;
  let stopped = "";
  let reopened = false;
  let sending = null;
  let timer = 0;

  // Another tab may have sent what was chosen here.
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel(`trellis.check.${page.dataset.check}`) : null;
  tabs?.addEventListener("message", (event) => {
    if (event.data.left) location.reload();
    else if (!waiting().length && !refused().length && !stopped) told(event.data);
  });

  // Another page of the same check may have left pieces; where they belong to this page, they are shown.
  if (form) for (const [path, piece] of Object.entries(unsent.all())) {
    setValue(path, piece.value);
    if (piece.refused) showFault(path, piece.refused);
    showLater(path, piece);
  }
  count();
  if (waiting().length) send();
  else showRefused();

  form?.addEventListener("change", (event) => note(event.target));
  form?.addEventListener("input", (event) => {
    if (event.target.matches("textarea")) note(event.target, TYPING_MS);
  });
  form?.addEventListener("keydown", chooseByKey);
  form?.addEventListener("click", clear);
  form?.addEventListener("click", takeLater);
  form?.addEventListener("submit", leaveByButton);
  page.addEventListener("click", leaveByLink);
  page.addEventListener("submit", (event) => { if (event.target.matches("[data-withdraw]")) unsent.empty(); });
  window.addEventListener("online", () => { attempt = 0; send(); });
  window.addEventListener("pagehide", () => send());
  window.addEventListener("storage", () => { if (!waiting().length && !sending) showRefused(); });
  // The page as it was left, taken out of the browser's memory, may be old.
  window.addEventListener("pageshow", (event) => { if (event.persisted && !waiting().length) location.reload(); });
  window.addEventListener("beforeunload", (event) => {
    if ((waiting().length && !stopped) || refused().some((path) => fieldsOf(path).length)) event.preventDefault();
  });

  function waiting() {
    return Object.values(unsent.all()).filter((piece) => !piece.refused);
  }

  function refused() {
    return Object.entries(unsent.all()).flatMap(([path, piece]) => (piece.refused ? [path] : []));
  }

  function note(field, delay = 0) {
    const path = field.name;
    if (!path || path === "go") return;
    const value = field.type === "checkbox" ? (field.checked ? "yes" : "no") : field.value.replaceAll("\0", "");
    const piece = unsent.all()[path];
    if (piece?.refused && piece.value === value) return; // left as it was, to press a button beside it
    keep(path, value, delay);
  }

  function keep(path, value, delay = 0) {
    unsent.put(path, value);
    showFault(path, "");
    showLater(path, {});
    count();
    clearTimeout(timer);
    timer = setTimeout(send, delay);
  }

  // One sender at a time, in all tabs of this browser, so that an older value never comes after a newer one.
  function send() {
    clearTimeout(timer);
    sending ??= alone(`trellis.check.${page.dataset.check}`, sendAll).finally(() => { sending = null; });
    return sending;
  }

  async function sendAll() {
    while (waiting().length && !stopped) {
      const pieces = Object.entries(unsent.all()).filter(([, piece]) => !piece.refused);
      const slow = setTimeout(() => say("", words("saving")), 400);
      const answer = await post(pieces);
      clearTimeout(slow);
      if (!answer) return retry();
      attempt = 0;
      if (answer.saved_at) {
        for (const [path, piece] of pieces) {
          if (path in answer.newer) outdate(path, piece, answer.newer[path]);
          else unsent.drop(path, piece);
          acknowledged[path] = path in answer.newer ? answer.newer[path] : piece.value;
        }
        if (Object.keys(answer.newer).length) say("bad", words("later"));
        else told(answer);
        tabs?.postMessage(answer);
      } else if (answer.faults) {
        for (const [path, fault] of Object.entries(answer.faults)) refuse(path, fault, Object.fromEntries(pieces)[path]);
        if (!pieces.some(([path]) => path in answer.faults)) stopped = words("wrong");
      } else {
        stopped = answer.stop;
      }
    }
    if (stopped) say("bad", `${stopped} ${kept()}`);
    else showRefused();
  }

  async function post(pieces) {
    const body = new URLSearchParams(pieces.flatMap(([path, piece]) => [
      [path, piece.value ?? ""], [`age:${path}`, Math.max(0, Date.now() - parseInt(piece.stamp, 10))],
    ]));
    let response;
    try {
      response = await fetch(page.dataset.send, {
        method: "POST", body, headers: { Accept: "application/json" }, keepalive: String(body).length < 60000,
      });
    } catch {
      return null;
    }
    const answer = await response.json().catch(() => ({}));
    if (response.ok || answer.faults) return answer;
    if (response.status === 409) return { stop: answer.closed ?? words("closed") };
    if (response.status === 401) return { stop: words("invitation") };
    if (response.status === 404) return { stop: words("gone") };
    if (response.status === 429 || response.status >= 500) return null;
    return { stop: words("wrong") };
  }

  function retry() {
    const wait = RETRY_MS[Math.min(attempt++, RETRY_MS.length - 1)];
    say("bad", words("offline"));
    clearTimeout(timer);
    timer = setTimeout(send, wait);
  }

  function told(answer) {
    const time = new Date(answer.saved_at).toLocaleTimeString(LANGUAGE, { hour: "numeric", minute: "2-digit" });
    reopened ||= answer.reopened;
    say("good", words(reopened ? "reopened" : "saved", { time }));
  }

  function kept() {
    const n = Object.keys(unsent.all()).length;
    return words(n === 1 ? "kept" : "kept-several", { n });
  }

  // Text that is refused stays to be mended; a choice goes back to what is saved.
  function refuse(path, fault, piece) {
    if (!piece) return;
    if (path.startsWith("open_text/")) {
      unsent.refuse(path, piece, fault);
    } else {
      unsent.drop(path, piece);
      setValue(path, acknowledged[path] ?? null);
      count();
    }
    showFault(path, fault);
    if (!fieldsOf(path).length) say("bad", fault);
  }

  // Chosen later on another device: that choice stays. A text stays here beside it, so that the person can choose.
  function outdate(path, piece, later) {
    if (path.startsWith("open_text/")) {
      const fault = words(later ? "text-later" : "text-cleared", { text: later });
      unsent.refuse(path, piece, fault, later ?? "");
      showFault(path, fault);
      showLater(path, { later: later ?? "" });
    } else if (unsent.all()[path]?.stamp === piece.stamp) {
      unsent.drop(path, piece);
      setValue(path, later);
      count();
    }
  }

  function showLater(path, piece) {
    const button = form?.querySelector(`button[data-later="${CSS.escape(path)}"]`);
    if (button) button.hidden = piece.later === undefined;
  }

  function takeLater(event) {
    const path = event.target.closest?.("button[data-later]")?.dataset.later;
    const piece = path && unsent.all()[path];
    if (!piece) return;
    setValue(path, piece.later);
    unsent.drop(path, piece);
    showFault(path, "");
    showLater(path, {});
    count();
    say("good", "");
  }

  function showRefused() {
    if (!refused().length) return;
    const here = refused().some((path) => fieldsOf(path).length);
    say("bad", words(here ? "text-here" : "text-elsewhere"));
  }

  function showFault(path, fault) {
    const group = form?.querySelector(`[data-path="${CSS.escape(path)}"]`) ?? fieldsOf(path)[0]?.closest(".field");
    const place = group?.querySelector("p.fault");
    if (!place) return;
    place.textContent = fault;
    group.classList.toggle("faulty", Boolean(fault));
    group.querySelector("textarea")?.toggleAttribute("aria-invalid", Boolean(fault));
  }

  function say(kind, text) {
    if (!status) return;
    status.className = kind;
    if (status.textContent !== text) status.textContent = text;
  }

  function fieldsOf(path) {
    return form ? [...form.querySelectorAll(`[name="${CSS.escape(path)}"]:not([type="hidden"])`)] : [];
  }

  function setValue(path, value) {
    for (const field of fieldsOf(path)) {
      if (field.type === "radio") field.checked = field.value === value;
      else if (field.type === "checkbox") field.checked = value === "yes";
      else field.value = value ?? "";
    }
  }

  function count() {
    const groups = form ? [...form.querySelectorAll("[data-counts]")] : [];
    const answered = groups.filter((group) => group.querySelector(":checked")).length;
    const counted = document.getElementById("counted");
    if (counted) counted.textContent = words("answered", { answered, asked: groups.length });
    for (const place of form?.querySelectorAll("[data-count]") ?? []) {
      const field = document.getElementById(place.dataset.count);
      // As the service counts: a sign outside the first plane, such as an emoji, is one character.
      const length = [...field.value].length;
      const over = length > Number(field.dataset.max);
      const n = length.toLocaleString(LANGUAGE);
      place.textContent = field.value ? words(over ? "too-long" : "written", { n }) : "";
      place.classList.toggle("fault", over);
    }
  }

  // Keys count only while a line has the focus, so they are in nobody's way.
  function chooseByKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !event.target.matches?.("input[type=radio]")) return;
    const value = { 0: "not_sure", 1: "1", 2: "2", 3: "3", 4: "4" }[event.key];
    const choice = value && event.target.closest(".line")?.querySelector(`input[value="${value}"]`);
    if (!choice) return;
    event.preventDefault();
    choice.focus();
    choice.click();
  }

  function clear(event) {
    const button = event.target.closest?.("button[name=clear]");
    if (!button) return;
    event.preventDefault();
    setValue(button.value, null);
    fieldsOf(button.value)[0]?.focus();
    keep(button.value, null);
  }

  async function leaveByButton(event) {
    event.preventDefault();
    const to = event.submitter?.dataset.to;
    await send();
    if (to && (stopped || !waiting().length)) location.assign(to);
  }

  async function leaveByLink(event) {
    const link = event.target.closest?.("a[href]");
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (!link || !plain || !waiting().length || link.getAttribute("href").startsWith("#")) return;
    event.preventDefault();
    await send();
    location.assign(link.href);
  }
}

// The page brings the words, in the reader's language; `{names}` within them are filled.
function words(key, values = {}) {
  const text = document.getElementById("words").content.querySelector(`[data-key="${key}"]`).textContent;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function valuesOf(form) {
  const values = {};
  for (const [name, value] of new FormData(form)) values[name] = value;
  return values;
}

// Runs a task while no other tab runs one of that name; where the browser has no locks, it just runs it.
function alone(name, task) {
  return navigator.locks ? navigator.locks.request(name, task) : task();
}

// Pieces that are not saved yet, by path, shared by all tabs; in memory only where the browser keeps nothing.
function openStore(key) {
  let memory = null;
  const read = () => {
    try {
      return memory ?? JSON.parse(localStorage.getItem(key)) ?? {};
    } catch {
      return {};
    }
  };
  const write = (pieces) => {
    try {
      if (Object.keys(pieces).length) localStorage.setItem(key, JSON.stringify(pieces));
      else localStorage.removeItem(key);
      memory = null;
    } catch {
      memory = pieces;
    }
  };
  const change = (path, piece) => {
    const pieces = read();
    if (piece) pieces[path] = piece;
    else delete pieces[path];
    write(pieces);
  };
  const same = (path, piece) => read()[path]?.stamp === piece.stamp;
  return {
    all: read,
    put: (path, value) => change(path, { value, stamp: `${Date.now()}-${Math.random()}` }),
    drop: (path, piece) => { if (same(path, piece)) change(path, null); },
    refuse: (path, piece, words, later) => { if (same(path, piece)) change(path, { ...piece, refused: words, later }); },
    empty: () => write({}),
  };
}
