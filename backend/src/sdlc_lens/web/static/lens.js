// Makes some pages nicer. Each of them works without it.

const PAUSE_MS = 250;
const POLL_MS = 1000;
const UNITS = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60]];

/** The page at an address, or null when it cannot be read now. */
async function load(address) {
  try {
    const answer = await fetch(address);
    if (!answer.ok) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return null;
  }
}

/** "/" goes to the search box. */
function reachSearch() {
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
    event.preventDefault();
    document.getElementById("find").focus();
  });
}

/** A list follows its filters while they are changed. */
function followFilters() {
  const form = document.querySelector("form[data-live]");
  if (!form) return;
  document.querySelector(".lead")?.setAttribute("role", "status");
  let pause;
  let latest = 0;
  form.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(async () => {
      const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
      const address = `${form.getAttribute("action")}?${query}`;
      const turn = ++latest;
      const page = await load(address);
      if (!page || turn !== latest) return;
      showFiltered(form, page);
      history.replaceState(null, "", address);
    }, PAUSE_MS);
  });
}

/** Everything but the fields, which may have the focus. */
function showFiltered(form, page) {
  const fresh = page.querySelector("form[data-live]");
  for (const select of form.querySelectorAll("select")) {
    const options = fresh.elements[select.name];
    if (select !== document.activeElement && options) select.innerHTML = options.innerHTML;
  }
  const links = fresh.querySelectorAll("a");
  form.querySelectorAll("a").forEach((link, place) => { link.href = links[place].getAttribute("href"); });
  for (const part of [".lead", ".chips"]) {
    document.querySelector(part)?.replaceChildren(...page.querySelector(part)?.childNodes ?? []);
  }
  while (form.nextSibling) form.nextSibling.remove();
  while (fresh.nextSibling) form.parentNode.append(fresh.nextSibling);
}

/** The page of a sync in progress shows how far it is, and its end. */
async function awaitSync() {
  while (document.querySelector("[data-syncing]")) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    const page = document.hidden ? null : await load(location.href);
    if (!page) continue;
    if (page.querySelector("[data-syncing]")) {
      document.querySelector(".progress").replaceChildren(...page.querySelector(".progress").childNodes);
      continue;
    }
    for (const part of [".tabs", "main"]) {
      document.querySelector(part).replaceChildren(...page.querySelector(part).childNodes);
    }
    if (document.activeElement === document.body) document.querySelector("main").focus();
  }
}

/** The table of contents marks the heading that is being read. */
function markHeading() {
  const links = new Map();
  for (const link of document.querySelectorAll(".contents a")) {
    const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (heading) links.set(heading, link);
  }
  if (!links.size) return;
  const headings = [...links.keys()];
  const mark = () => {
    const atEnd = scrollY > 0 && innerHeight + scrollY >= document.documentElement.scrollHeight - 1;
    const passed = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight / 3);
    const read = atEnd ? headings.at(-1) : passed.at(-1) ?? headings[0];
    for (const link of links.values()) link.removeAttribute("aria-current");
    links.get(read).setAttribute("aria-current", "true");
  };
  document.addEventListener("scroll", mark, { passive: true });
  mark();
}

/** Text that is made to be pasted elsewhere gets a button; browsers allow it on https and localhost. */
function offerCopies() {
  if (!navigator.clipboard) return;
  for (const text of document.querySelectorAll("[data-copy]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = "Copied";
    });
    text.after(" ", button);
  }
}

/** A time says how long ago it was, and what it is here. */
function explainTimes() {
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  document.addEventListener("pointerover", (event) => {
    const time = event.target.closest("time");
    if (!time) return;
    const then = new Date(time.dateTime);
    const seconds = (then - Date.now()) / 1000;
    const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
    time.title = `${words.format(Math.round(seconds / length), unit)}, ${then.toLocaleString()}`;
  });
}

reachSearch();
followFilters();
awaitSync();
markHeading();
offerCopies();
explainTimes();
