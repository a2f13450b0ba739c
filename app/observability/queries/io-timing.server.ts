import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { current } from "../current.server.ts";

/** Whether the server measures how long blocks take; off, every such time is 0 and says nothing. Null: not known. */
export const ioTiming = read({
  name: "queries.io-timing",
  permission: "database.read",
  input: z.object({ target: z.string().default("primary") }),
  async run({ input }): Promise<boolean | null> {
    const { rows } = await current("settings", input.target);
    const row = rows?.find((row) => row.name === "track_io_timing");
    return row ? row.setting === "on" : null;
  },
});
