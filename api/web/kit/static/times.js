// Turns moments, which stand on pages in UTC, into the reader's own. Without this file they say their zone.

const DAY = { year: "numeric", month: "short", day: "numeric" };
const TIME = { ...DAY, hour: "numeric", minute: "2-digit" };

function localize(place) {
  for (const time of place.querySelectorAll("time[datetime]")) {
    const shape = "day" in time.dataset ? DAY : TIME;
    time.textContent = new Date(time.dateTime).toLocaleString(document.documentElement.lang, shape);
  }
}

localize(document);
document.addEventListener("htmx:load", (event) => localize(event.target));
