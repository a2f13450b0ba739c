import type pg from "pg";

/** What pg sends and answers by itself, for statements that its own queries can't say. Ends once, well or badly. */
export abstract class RawQuery {
  /** The client's own timeout hangs on it. */
  callback: ((error: Error | null) => void) | undefined;
  private settle!: { resolve(): void; reject(error: Error): void };
  readonly done = new Promise<void>((resolve, reject) => (this.settle = { resolve, reject }));

  abstract submit(connection: pg.Connection): void;

  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleCommandComplete(_message: { text: string }): void {}

  handleError(error: Error): void {
    this.end(error);
  }

  handleReadyForQuery(): void {
    this.end(null);
  }

  protected end(error: Error | null): void {
    this.callback?.(error);
    this.callback = undefined;
    if (error) this.settle.reject(error);
    else this.settle.resolve();
  }
}
