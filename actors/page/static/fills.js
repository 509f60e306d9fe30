// Fills come twice: by the history and by the stream. Each counts once.

/** What is kept of a symbol: more than any chart or table shows. */
const KEPT = 300;

/** Both, oldest first; those that are in both once. */
export function joined(known, more) {
  if (more.length === 0) return known;
  const seen = new Set(known.map((fill) => fill.id));
  return [...known, ...more.filter((fill) => !seen.has(fill.id))].slice(-KEPT);
}
