// Draws the practice's calendar in the practice's time, looks again every few seconds, and opens what is chosen.

const box = document.getElementById("calendar");
const title = document.getElementById("calendar-title");
const columns = document.querySelector("[data-columns]");
const whose = document.querySelector("[data-whose]");
const VIEWS = {day: "resourceTimeGridDay", week: "timeGridWeek", month: "dayGridMonth"};
const NO_ROOM = "no-room";
const state = {view: VIEWS[box.dataset.view] ? box.dataset.view : "day", range: null, tag: "", plan: null, busy: 0, set: {timeZone: JSON.stringify(box.dataset.offset)}};

const asked = new URLSearchParams(location.search);
if (asked.get("columns") === "room") columns.value = "room";
if (asked.get("whose")) whose.value = asked.get("whose");

// What is drawn

function resources() {
  if (columns.value === "therapist") {
    return state.plan.therapists.map(({id, name}) => ({id: `therapist-${id}`, title: name}));
  }
  const rooms = state.plan.rooms.map(({id, name}) => ({id: `room-${id}`, title: name}));
  const without = state.plan.sessions.some((session) => !session.room);
  return without || !rooms.length ? [...rooms, {id: NO_ROOM, title: "No room"}] : rooms;
}

const columnOf = ({therapist, room}) => {
  if (columns.value === "therapist") return `therapist-${therapist}`;
  return room ? `room-${room}` : NO_ROOM;
};

function sessionEvents(session) {
  const end = Drops.later(session.start, {seconds: session.minutes * 60});
  const drawn = {
    id: `session-${session.id}`,
    resourceIds: [columnOf(session)],
    start: session.start,
    end,
    title: session.who,
    classNames: ["cal-session", `is-${session.state}`],
    startEditable: session.moves,
    durationEditable: session.resizes && state.view !== "month",
    extendedProps: {session},
  };
  if (state.view === "month" || (state.view === "week" && !whose.value)) return [drawn];
  const buffer = (start, finish) => ({
    start, end: finish, resourceIds: drawn.resourceIds, display: "background", classNames: ["is-buffer"], title: "",
  });
  return [
    drawn,
    ...(session.before ? [buffer(Drops.later(session.start, {seconds: -session.before * 60}), session.start)] : []),
    ...(session.after ? [buffer(end, Drops.later(end, {seconds: session.after * 60}))] : []),
  ];
}

// A stretch of a therapist is in their column, and hours in every room, where they may work; of a room in its own; of the
// whole practice in each.
function stretchEvents(stretch) {
  const {kind, word, therapist, room, start, end} = stretch;
  const everywhere = resources().map(({id}) => id);
  let where = everywhere;
  if (therapist && columns.value === "therapist") where = [`therapist-${therapist}`];
  if (therapist && columns.value === "room") where = kind === "hours" ? everywhere : [];
  if (room) where = columns.value === "room" ? [`room-${room}`] : [];
  const name = therapist && state.plan.therapists.find(({id}) => id === therapist)?.name;
  const place = room && state.plan.rooms.find(({id}) => id === room)?.name;
  const drawn = {start, end, classNames: [`is-${kind}`], display: "background", title: word, extendedProps: {stretch}};
  if (state.view === "day") return where.length ? [{...drawn, resourceIds: where}] : [];
  const said = name ? `${name} is away` : `${place || "The practice"} is closed`;
  if (state.view === "month") {
    return kind === "hours" ? [] : [{...drawn, display: "auto", title: said, editable: false, startEditable: false, durationEditable: false}];
  }
  if (kind === "hours" && room) return [];
  if (therapist && whose.value && String(therapist) !== whose.value) return [];
  return [{...drawn, title: kind === "hours" ? "" : said}];
}

function events() {
  const {sessions, stretches} = state.plan;
  const isWanted = ({therapist}) => state.view === "day" || !whose.value || String(therapist) === whose.value;
  const hours = stretches.filter(({kind}) => kind === "hours");
  const shut = stretches.filter(({kind}) => kind !== "hours");
  return [...hours, ...shut].flatMap(stretchEvents).concat(sessions.filter(isWanted).flatMap(sessionEvents));
}

function element(name, text, className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

function content({event, timeText}) {
  const {session} = event.extendedProps;
  if (event.display === "background") return {domNodes: event.title ? [element("span", event.title, "cal-word")] : []};
  if (!session) return {domNodes: [element("span", event.title || timeText)]};
  if (event.display === "preview") return {domNodes: [element("span", timeText), element("strong", session.who)]};
  const button = document.createElement("button");
  button.type = "button";
  button.className = "cal-open";
  button.append(...inside(session));
  return {domNodes: [button]};
}

// A button in it is what a keyboard and a screen reader find; the rest of the box is for the hand that drags.
function inside(session) {
  const tags = [session.word, session.first && "first visit", session.complete === false && "forms missing"];
  const marks = tags.filter(Boolean).map((tag) => element("span", tag, "cal-tag"));
  if (state.view === "month") return [element("span", session.start.slice(11), "cal-hours"), element("strong", session.who), ...marks];
  const where = state.view === "day" && columns.value === "therapist" ? session.where : session.with;
  const what = element("span", [session.what, where].filter(Boolean).join(", "), "cal-what");
  return [element("strong", session.who), element("span", session.hours, "cal-hours"), what, ...marks];
}

// When the day begins and ends on the screen: with the first and the last that there is, from eight to eight at least.
function limits() {
  const drawn = state.plan.sessions.map(({start, minutes}) => [start, Drops.later(start, {seconds: minutes * 60})]);
  const all = [...state.plan.stretches.filter(({kind}) => kind === "hours").map(({start, end}) => [start, end]), ...drawn];
  let [from, until] = [8, 20];
  for (const [start, end] of all) {
    from = Math.min(from, Number(start.slice(11, 13)));
    const over = end.slice(0, 10) > start.slice(0, 10);
    until = Math.max(until, over ? 24 : Number(end.slice(11, 13)) + (end.slice(14) === "00" ? 0 : 1));
  }
  return {slotMinTime: `${from}:00`, slotMaxTime: `${until}:00`};
}

// The calendar itself

const dayName = new Intl.DateTimeFormat("en-GB", {weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC"});
const weekName = new Intl.DateTimeFormat("en-GB", {day: "numeric", month: "long", year: "numeric", timeZone: "UTC"});
const monthName = new Intl.DateTimeFormat("en-GB", {month: "long", year: "numeric", timeZone: "UTC"});

const calendar = EventCalendar.create(box, {
  view: VIEWS[state.view],
  date: box.dataset.from,
  timeZone: box.dataset.offset,
  locale: "en-GB",
  firstDay: 1,
  headerToolbar: {start: "", center: "", end: ""},
  allDaySlot: false,
  nowIndicator: true,
  editable: true,
  selectable: Boolean(box.dataset.book),
  eventLongPressDelay: 400,
  selectLongPressDelay: 500,
  selectMinDistance: 5,
  slotEventOverlap: false,
  dayMaxEvents: true,
  slotDuration: "00:30",
  slotHeight: 34,
  snapDuration: {minutes: Number(box.dataset.step)},
  slotLabelFormat: {hour: "2-digit", minute: "2-digit", hourCycle: "h23"},
  eventTimeFormat: {hour: "2-digit", minute: "2-digit", hourCycle: "h23"},
  dayHeaderFormat: {weekday: "short", day: "numeric", month: "short"},
  views: {dayGridMonth: {dayHeaderFormat: {weekday: "short"}}},
  resources: [],
  events: [],
  eventContent: content,
  eventDidMount: ({event, el}) => {
    if (!event.extendedProps.session) return;
    el.dataset.session = event.extendedProps.session.id;
  },
  eventDragStart: () => { state.busy += 1; },
  eventDragStop: () => { state.busy -= 1; },
  eventResizeStart: () => { state.busy += 1; },
  eventResizeStop: () => { state.busy -= 1; },
  eventDrop: (info) => Drops.moved(info),
  eventResize: (info) => Drops.resized(info),
  select: ({startStr, endStr, resource}) => {
    const values = new URLSearchParams({starts_at: startStr.slice(0, 16), ends_at: endStr.slice(0, 16)});
    const column = resource?.id.match(/^(therapist|room)-(\d+)$/);
    if (column) values.set(column[1], column[2]);
    else if (whose.value) values.set("therapist", whose.value);
    if (state.view === "month") values.set("starts_at", `${startStr.slice(0, 10)}T09:00`);
    Dialogs.load("Book a session", `${box.dataset.book}?${values}`);
  },
  datesSet: ({startStr, endStr}) => {
    const range = {from: startStr.slice(0, 10), to: Drops.later(endStr.slice(0, 16), {days: -1}).slice(0, 10)};
    if (state.plan && range.from === state.range.from && range.to === state.range.to) return;
    state.range = range;
    state.tag = "";
    entitle();
    look();
  },
});
document.addEventListener("calendar:changed", () => look());
box.addEventListener("click", (event) => {
  const {session: id} = event.target.closest(".cal-open")?.closest("[data-session]")?.dataset || {};
  const session = id && state.plan.sessions.find((each) => String(each.id) === id);
  if (session) Dialogs.load(`${session.who}, ${session.hours}`, box.dataset.booking.replace("/0/", `/${id}/`));
});

// The library calls its grid a table, in which no session would be a cell: without those roles it is read as it stands.
const GRID = '[role="table"], [role="row"], [role="rowgroup"], [role="rowheader"], [role="columnheader"], [role="cell"]';
const INDEX = ["aria-colindex", "aria-rowindex", "aria-colcount", "aria-rowcount"];
function unrole() {
  for (const part of box.querySelectorAll(GRID)) part.removeAttribute("role");
  for (const part of box.querySelectorAll(INDEX.map((name) => `[${name}]`).join())) INDEX.forEach((name) => part.removeAttribute(name));
}
new MutationObserver(unrole).observe(box, {childList: true, subtree: true, attributes: true, attributeFilter: ["role"]});
unrole();

const onDate = () => Drops.later(wallOfDate(calendar.getOption("date")), {}).slice(0, 10);

// The library hands out dates whose reading in the browser's zone is the practice's.
function wallOfDate(date) {
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T00:00`;
}

function entitle() {
  const day = new Date(`${state.view === "month" ? Drops.later(`${state.range.from}T00:00`, {days: 7}).slice(0, 10) : state.range.from}T00:00:00Z`);
  const last = new Date(`${state.range.to}T00:00:00Z`);
  const said = {day: dayName.format(day), month: monthName.format(day), week: weekName.formatRange(day, last)};
  title.textContent = said[state.view];
  document.querySelector("[data-columns]").parentElement.hidden = state.view !== "day";
  document.querySelector("[data-whose]").parentElement.hidden = state.view === "day";
}

// Draws what came, and keeps the focus where it was.
function draw() {
  const focused = document.activeElement?.closest?.("[data-session]")?.dataset.session;
  const wanted = {timeZone: state.plan.offset, ...limits(), ...(state.view === "day" ? {resources: resources()} : {})};
  for (const [option, value] of Object.entries(wanted)) {
    const text = JSON.stringify(value);
    if (state.set[option] === text) continue;  // what is set anew is drawn anew
    state.set[option] = text;
    calendar.setOption(option, value);
  }
  calendar.setOption("events", events());
  if (focused) requestAnimationFrame(() => box.querySelector(`[data-session="${focused}"] .cal-open`)?.focus());
}

async function look(again = false) {
  const {range} = state;
  const values = new URLSearchParams(again ? {...range, again: "1"} : range);
  const headers = state.tag ? {"If-None-Match": state.tag} : {};
  const answer = await Dialogs.ask(`${box.dataset.events}?${values}`, {headers});
  if (range !== state.range || state.busy) return;
  if (answer.status === 200) {
    state.tag = answer.tag || "";
    state.plan = answer.json;
    box.dataset.drawn = state.tag;
    draw();
  } else if (answer.status !== 304 && !(again && answer.status === 0)) {
    Dialogs.say(answer.json, true);
    if (answer.status === 401) clearInterval(looking);
  }
}
const looking = setInterval(() => {
  if (!document.hidden && !state.busy && state.plan) look(true);
}, Number(box.dataset.looksAgain) * 1000);
document.addEventListener("visibilitychange", () => { if (!document.hidden && state.plan) look(true); });

// Views and dates, kept in the address

function remember() {
  const values = new URLSearchParams({view: state.view, from: onDate()});
  if (columns.value === "room") values.set("columns", "room");
  if (whose.value) values.set("whose", whose.value);
  history.replaceState(null, "", `${box.dataset.home}?${values}`);
  for (const tab of document.querySelectorAll(".calendar-tabs [data-view]")) {
    values.set("view", tab.dataset.view);
    tab.href = `${box.dataset.home}?${values}`;
    if (tab.dataset.view === state.view) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
}

document.querySelector(".calendar-head").addEventListener("click", (event) => {
  const tab = event.target.closest("[data-view]");
  const {go} = event.target.closest("[data-go]")?.dataset || {};
  if (tab && VIEWS[tab.dataset.view]) {
    event.preventDefault();
    state.view = tab.dataset.view;
    state.plan = null;
    calendar.setOption("events", []);
    calendar.setOption("view", VIEWS[state.view]);
  }
  if (go === "today") calendar.setOption("date", box.dataset.today);
  else if (go) calendar[go]();
  if (tab || go) remember();
});
for (const choice of [columns, whose]) {
  choice.addEventListener("change", () => {
    remember();
    if (state.plan) draw();
  });
}
remember();

// What needs attention, beside it

const aside = document.querySelector("[data-aside]");
if (aside) {
  Dialogs.ask(aside.dataset.aside, {headers: {"X-Dialog": "1"}}).then(({html}) => { if (html) aside.innerHTML = html; });
}
