/** No time for blocks that were read, on a server that takes none: nobody measured it, and 0 ms would be a claim. */
export const ioMeasured = (row: { io_ms: number; blocks_read: number }, timed: boolean | null): boolean =>
  !(timed === false && row.io_ms === 0 && row.blocks_read > 0);
