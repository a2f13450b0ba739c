import { RawQuery } from "./raw-query.ts";

/**
 * One statement at a time on one connection. Whoever asks while another is under way waits here and not inside of pg, whose own
 * queue ends with its version 9.
 */
export class InTurn {
  private last: Promise<void> | null = null;

  constructor(private readonly send: (...args: unknown[]) => unknown) {}

  readonly query = (...args: unknown[]): unknown => {
    const [first] = args;
    if (!(first instanceof RawQuery)) return this.enter(() => this.send(...args));
    // Whoever sent it hears from itself how it ended.
    this.enter(() => {
      this.send(first);
      return first.done;
    }).catch(() => undefined);
    return first;
  };

  private enter(run: () => unknown): Promise<unknown> {
    const mine = this.last ? this.last.then(run) : (async () => run())();
    const over = mine.then(
      () => undefined,
      () => undefined,
    );
    this.last = over;
    void over.then(() => {
      if (this.last === over) this.last = null;
    });
    return mine;
  }
}
