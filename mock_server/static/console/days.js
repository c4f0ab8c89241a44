// Asks for many days, each in a request of its own, a few at a time.

const PARALLEL = 4;

/**
 * Ask `ask(day)` for each day, `PARALLEL` at a time, in the days' order; call `done(day, answer)` as each comes, with null
 * for one that failed. Ends early, without an error, when `signal` is aborted.
 */
export async function askDays(days, ask, done, signal) {
  let next = 0;
  async function work() {
    while (next < days.length && !signal.aborted) {
      const day = days[next++];
      try {
        done(day, await ask(day, signal));
      } catch {
        if (signal.aborted) return;
        done(day, null);
      }
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, work));
}
