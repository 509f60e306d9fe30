// The stream of the bot, and whether it stands. It is opened again for ever, from where it broke off.

const SILENCE_MS = 15_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5_000;

/** Calls `told(kind, message)` for each state and change, `alive(nowMs)` for each sign of life, and `lost()`. */
export function connect({ told, alive, lost }) {
  let source = null;
  let known = "";
  let waitMs = FIRST_WAIT_MS;
  let silence = 0;
  let retry = 0;

  function fail() {
    source?.close();
    source = null;
    clearTimeout(silence);
    clearTimeout(retry);
    lost();
    retry = setTimeout(open, waitMs);
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
  }

  function take(event) {
    const message = JSON.parse(event.data);
    clearTimeout(silence);
    silence = setTimeout(fail, SILENCE_MS);
    waitMs = FIRST_WAIT_MS;
    if (event.type !== "beat") told(event.type, message);
    known = event.lastEventId;
    alive(message.now_ms);
  }

  function open() {
    clearTimeout(retry);
    source?.close();
    source = new EventSource(known ? `/events?after=${encodeURIComponent(known)}` : "/events");
    for (const kind of ["state", "change", "beat"]) source.addEventListener(kind, take);
    source.addEventListener("error", fail);
    clearTimeout(silence);
    silence = setTimeout(fail, SILENCE_MS);
  }

  // A phone that wakes up doesn't wait for the next try.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && source === null) open();
  });
  open();
}
